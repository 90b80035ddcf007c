import { And, In, IsNull, LessThan, Like, MoreThan, Not, Or } from "typeorm";
import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedInsert, PreparedSelect, PreparedUpdate } from "../../platform/database/index.js";
import { MESSAGE_FAILURE_CODES } from "./delivery.js";
import type { QueueFilter } from "./delivery-queues.js";
import { OutboxMessageEntity } from "./outbox-message.entity.js";

const selection = { message: OutboxMessageEntity };
const unclaimed = ["applicationId", "id", "status", "leaseUntil"] as const;
const ended = ["status", "payloadSealed", "finishedAt"] as const;
const finished = [...ended, "lastFailure", "leaseOwner", "leaseUntil"] as const;
const replaceable = ["applicationId", "replacesHash", "status"] as const;
const leased = ["applicationId", "id", "leaseOwner", "status"] as const;
const DUE = `FROM outbox_messages message WHERE message.status = 'PENDING' AND message.next_attempt_at <= ?
  AND (message.lease_until IS NULL OR message.lease_until < ?)`;

export type FinalStatus = "DELIVERED" | "EXPIRED" | "FAILED" | "REPLACED";

export class OutboxRepository {
  private readonly preparedInsert = new PreparedInsert(this.database, OutboxMessageEntity);
  /** By queue condition. */
  private readonly preparedDueReads = new Map<string, PreparedSelect<typeof selection>>();
  private readonly preparedClaim = new PreparedUpdate(this.database, OutboxMessageEntity, ["leaseOwner", "leaseUntil"], unclaimed);
  private readonly preparedReplace = new PreparedUpdate(this.database, OutboxMessageEntity, ended, replaceable);
  private readonly preparedFinish = new PreparedUpdate(this.database, OutboxMessageEntity, finished, leased);

  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, row: OutboxMessageEntity): Promise<void> {
    await this.preparedInsert.run([row], tx.manager);
  }

  /** Marks pending messages with this hash as REPLACED. */
  async replacePending(tx: Transaction, applicationId: string, replacesHash: string, now: Date): Promise<void> {
    const pending = { applicationId, replacesHash, status: "PENDING" };
    await this.preparedReplace.run(pending, { status: "REPLACED", payloadSealed: null, finishedAt: now }, tx.manager);
  }

  /** Due messages in the selected queues without a valid lease, the earliest due first. */
  async listDue(now: Date, filter: QueueFilter, limit: number): Promise<OutboxMessageEntity[]> {
    const [operator, queueNames] = "only" in filter ? (["IN", filter.only] as const) : (["NOT IN", filter.except] as const);
    const queueCondition = queueNames.length === 0 ? "" : ` AND message.lane ${operator} (${queueNames.map(() => "?").join(", ")})`;
    const read =
      this.preparedDueReads.get(queueCondition) ??
      new PreparedSelect(this.database, selection, `${DUE}${queueCondition} ORDER BY message.next_attempt_at LIMIT ${limit}`);
    this.preparedDueReads.set(queueCondition, read);
    return (await read.all([now, now, ...queueNames])).map(({ message }) => message);
  }

  /** Leases a listed message to `owner` until `leaseUntil`; false when another process has claimed it. */
  async claim(
    { applicationId, id, leaseUntil: expectedLeaseUntil }: OutboxMessageEntity,
    owner: string,
    leaseUntil: Date,
  ): Promise<boolean> {
    const expected = { applicationId, id, status: "PENDING", leaseUntil: expectedLeaseUntil };
    return (
      (await this.database.autocommit((manager) => this.preparedClaim.run(expected, { leaseOwner: owner, leaseUntil }, manager))) === 1
    );
  }

  /** Extends the lease; false when `owner` no longer holds it or the message is no longer pending. */
  async renew({ applicationId, id }: OutboxMessageEntity, owner: string, leaseUntil: Date): Promise<boolean> {
    return await this.update(applicationId, id, owner, { leaseUntil });
  }

  /** Sets the final status and, unless it failed and may be retried, erases the payload; false when `owner` no longer holds the lease. */
  async finish(
    { applicationId, id, payloadSealed: payload }: OutboxMessageEntity,
    owner: string,
    status: FinalStatus,
    now: Date,
    lastFailure: string | null,
  ): Promise<boolean> {
    const expected = { applicationId, id, leaseOwner: owner, status: "PENDING" };
    const payloadSealed = status === "FAILED" ? payload : null;
    const change = { status, lastFailure, payloadSealed, leaseOwner: null, leaseUntil: null, finishedAt: now };
    return (await this.database.autocommit((manager) => this.preparedFinish.run(expected, change, manager))) === 1;
  }

  /** Schedules the next delivery attempt; false when `owner` no longer holds the lease. */
  async postpone(
    { applicationId, id, deliveryAttempts }: OutboxMessageEntity,
    owner: string,
    nextAttemptAt: Date,
    lastFailure: string,
  ): Promise<boolean> {
    const change = { deliveryAttempts: deliveryAttempts + 1, nextAttemptAt, lastFailure, leaseOwner: null, leaseUntil: null };
    return await this.update(applicationId, id, owner, change);
  }

  /**
   * Makes at most `limit` messages of a queue due that wait for another attempt, except those that the server rejected. Returns how many.
   */
  async resume(queue: string, now: Date, limit: number): Promise<number> {
    const rows = await this.messages.find({
      select: { applicationId: true, id: true },
      where: {
        status: "PENDING",
        queue,
        nextAttemptAt: MoreThan(now),
        leaseUntil: Or(IsNull(), LessThan(now)),
        lastFailure: And(...MESSAGE_FAILURE_CODES.map((code) => Not(Like(`${code}%`)))),
      },
      order: { nextAttemptAt: "ASC" },
      take: limit,
    });
    if (rows.length === 0) return 0;
    const waiting = { id: In(rows.map(({ id }) => id)), status: "PENDING", nextAttemptAt: MoreThan(now) };
    await this.database.autocommit((manager) => manager.update(OutboxMessageEntity, waiting, { nextAttemptAt: now }));
    return rows.length;
  }

  /** Number of pending messages and the creation time of the oldest. */
  async findBacklog(): Promise<{ waiting: number; oldest: Date | null }> {
    const waiting = await this.messages.countBy({ status: "PENDING" });
    const [oldest] = waiting === 0 ? [] : await this.messages.find({ where: { status: "PENDING" }, order: { createdAt: "ASC" }, take: 1 });
    return { waiting, oldest: oldest?.createdAt ?? null };
  }

  async deleteByRecipient(tx: Transaction, applicationId: string, recipientHash: string): Promise<void> {
    await tx.manager.delete(OutboxMessageEntity, { applicationId, recipientHash });
  }

  private async update(applicationId: string, id: string, leaseOwner: string, change: Partial<OutboxMessageEntity>): Promise<boolean> {
    const { affected } = await this.database.autocommit((manager) =>
      manager.update(OutboxMessageEntity, { applicationId, id, leaseOwner, status: "PENDING" }, change as never),
    );
    return affected === 1;
  }

  private get messages() {
    return this.database.readManager.getRepository(OutboxMessageEntity);
  }
}
