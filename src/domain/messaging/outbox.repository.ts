import { LessThan } from "typeorm";
import { addSeconds } from "../../platform/clock.js";
import { type Database, HotChange, HotInsert, HotRead } from "../../platform/database/index.js";
import type { LaneChoice } from "./lanes.js";
import { OutboxMessageEntity } from "./outbox-message.entity.js";

/** So long the record of a finished message is kept. */
const KEEP_SECONDS = 30 * 86_400;

const parts = { message: OutboxMessageEntity };
const DUE = `FROM outbox_messages message WHERE message.status = 'PENDING' AND message.next_attempt_at <= ?
  AND (message.lease_until IS NULL OR message.lease_until < ?)`;

export type FinalStatus = "DELIVERED" | "EXPIRED" | "FAILED" | "REPLACED";

export class OutboxRepository {
  private readonly inserting: HotInsert<OutboxMessageEntity>;
  /** By their lanes. */
  private readonly due = new Map<string, HotRead<typeof parts>>();
  private readonly claiming;
  private readonly replacing;
  private readonly finishing;

  constructor(private readonly database: Database) {
    this.inserting = new HotInsert(database, OutboxMessageEntity);
    const unclaimed = ["applicationId", "id", "status", "leaseUntil"] as const;
    this.claiming = new HotChange(database, OutboxMessageEntity, ["leaseOwner", "leaseUntil"], unclaimed);
    const ended = ["status", "payloadSealed", "finishedAt"] as const;
    this.replacing = new HotChange(database, OutboxMessageEntity, ended, ["applicationId", "replacesHash", "status"]);
    const released = ["lastFailure", "leaseOwner", "leaseUntil"] as const;
    this.finishing = new HotChange(database, OutboxMessageEntity, [...ended, ...released], ["applicationId", "id", "leaseOwner", "status"]);
  }

  async insert(row: OutboxMessageEntity): Promise<void> {
    await this.inserting.run([row]);
  }

  /** What still waits under this hash is finished as REPLACED. */
  async replaceWaiting(applicationId: string, replacesHash: string, now: Date): Promise<void> {
    const waiting = { applicationId, replacesHash, status: "PENDING" };
    await this.replacing.run(waiting, { status: "REPLACED", payloadSealed: null, finishedAt: now });
  }

  /** Messages that are due in some lanes and that nobody holds, the longest waiting first. */
  async listDue(now: Date, lanes: LaneChoice, limit: number): Promise<OutboxMessageEntity[]> {
    const [isIn, names] = "only" in lanes ? (["IN", lanes.only] as const) : (["NOT IN", lanes.except] as const);
    const isOpen = names.length === 0 ? "" : ` AND message.lane ${isIn} (${names.map(() => "?").join(", ")})`;
    const read =
      this.due.get(isOpen) ?? new HotRead(this.database, parts, `${DUE}${isOpen} ORDER BY message.next_attempt_at LIMIT ${limit}`);
    this.due.set(isOpen, read);
    return (await read.all([now, now, ...names])).map(({ message }) => message);
  }

  /** Takes a listed message for `owner` until `leaseUntil`; false when another process was faster. */
  async claim({ applicationId, id, leaseUntil: seen }: OutboxMessageEntity, owner: string, leaseUntil: Date): Promise<boolean> {
    const free = { applicationId, id, status: "PENDING", leaseUntil: seen };
    return (await this.database.alone((manager) => this.claiming.run(free, { leaseOwner: owner, leaseUntil }, manager))) === 1;
  }

  /** Keeps a claim alive while a slow server is being talked to. */
  async renew({ applicationId, id }: OutboxMessageEntity, owner: string, leaseUntil: Date): Promise<boolean> {
    return await this.update(applicationId, id, owner, { leaseUntil });
  }

  /** Ends a message the owner still holds: its payload is erased. */
  async finish(
    { applicationId, id }: OutboxMessageEntity,
    owner: string,
    status: FinalStatus,
    now: Date,
    lastFailure: string | null,
  ): Promise<boolean> {
    const held = { applicationId, id, leaseOwner: owner, status: "PENDING" };
    const change = { status, lastFailure, payloadSealed: null, leaseOwner: null, leaseUntil: null, finishedAt: now };
    return (await this.database.alone((manager) => this.finishing.run(held, change, manager))) === 1;
  }

  /** Lets a message the owner still holds wait for its next attempt. */
  async postpone(
    { applicationId, id, attempts }: OutboxMessageEntity,
    owner: string,
    nextAttemptAt: Date,
    lastFailure: string,
  ): Promise<boolean> {
    const change = { attempts: attempts + 1, nextAttemptAt, lastFailure, leaseOwner: null, leaseUntil: null };
    return await this.update(applicationId, id, owner, change);
  }

  /** Messages that wait to be sent, and since when the oldest of them does. */
  async findBacklog(): Promise<{ waiting: number; oldest: Date | null }> {
    const waiting = await this.messages.countBy({ status: "PENDING" });
    const [oldest] = waiting === 0 ? [] : await this.messages.find({ where: { status: "PENDING" }, order: { createdAt: "ASC" }, take: 1 });
    return { waiting, oldest: oldest?.createdAt ?? null };
  }

  async voidAll(finishedAt: Date): Promise<void> {
    await this.database.writing.update(OutboxMessageEntity, { status: "PENDING" }, { status: "EXPIRED", payloadSealed: null, finishedAt });
  }

  async deleteOfRecipient(applicationId: string, recipientHash: string): Promise<void> {
    await this.database.writing.delete(OutboxMessageEntity, { applicationId, recipientHash });
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(OutboxMessageEntity, { applicationId });
  }

  /** Removes at most `limit` records of messages finished 30 days before `instant`; returns how many. */
  async deleteExpired(instant: Date, limit: number): Promise<number> {
    const rows = await this.messages.find({
      where: { finishedAt: LessThan(addSeconds(instant, -KEEP_SECONDS)) },
      take: limit,
      select: { applicationId: true, id: true },
    });
    for (const { applicationId, id } of rows) await this.database.writing.delete(OutboxMessageEntity, { applicationId, id });
    return rows.length;
  }

  private async update(applicationId: string, id: string, leaseOwner: string, change: Partial<OutboxMessageEntity>): Promise<boolean> {
    const { affected } = await this.database.alone((manager) =>
      manager.update(OutboxMessageEntity, { applicationId, id, leaseOwner, status: "PENDING" }, change as never),
    );
    return affected === 1;
  }

  private get messages() {
    return this.database.reading.getRepository(OutboxMessageEntity);
  }
}
