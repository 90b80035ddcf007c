import { IsNull, LessThanOrEqual, MoreThan, Not } from "typeorm";
import type { Database, Transaction } from "../../platform/database/index.js";
import { OutboxMessageEntity } from "./outbox-message.entity.js";

/** Messages of one application that match every given condition. */
export interface StoredDeliveryFilter {
  readonly applicationId: string;
  readonly recipientHash?: string;
  readonly status?: string;
  readonly limit: number;
}

/** Messages as records of their delivery. */
export class DeliveryRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  async list({ applicationId, recipientHash, status, limit }: StoredDeliveryFilter): Promise<OutboxMessageEntity[]> {
    const where = {
      applicationId,
      ...(recipientHash === undefined ? {} : { recipientHash }),
      ...(status === undefined ? {} : { status }),
    };
    return await this.messages.find({ where, order: { createdAt: "DESC", id: "ASC" }, take: limit });
  }

  async find(applicationId: string, id: string): Promise<OutboxMessageEntity | null> {
    return await this.messages.findOneBy({ applicationId, id });
  }

  /** True when a newer message has taken the place of this one, e.g. with a newer code. */
  async isReplaced({ applicationId, replacesHash, createdAt }: OutboxMessageEntity): Promise<boolean> {
    return replacesHash !== null && (await this.messages.existsBy({ applicationId, replacesHash, createdAt: MoreThan(createdAt) }));
  }

  /** False when the message is no longer as it was read. */
  async makeDue({ manager }: Transaction, { applicationId, id, status, finishedAt }: OutboxMessageEntity, now: Date): Promise<boolean> {
    const failed = { applicationId, id, status, finishedAt: finishedAt ?? IsNull() };
    // Counted as one attempt, so that the sender looks for an earlier acceptance of the message.
    const due = { status: "PENDING", deliveryAttempts: 1, nextAttemptAt: now, finishedAt: null };
    const { affected } = await manager.update(OutboxMessageEntity, failed, due as never);
    return affected === 1;
  }

  /** Erases what failed messages kept for a retry, once it is too late for one. */
  async eraseExpiredPayloads({ manager }: Transaction, now: Date): Promise<void> {
    const expired = { status: "FAILED", expiresAt: LessThanOrEqual(now), payloadSealed: Not(IsNull()) };
    await manager.update(OutboxMessageEntity, expired, { payloadSealed: null });
  }

  /** Messages of all applications that failed or were not sent in time since an instant. */
  async countFailed(since: Date): Promise<number> {
    const finishedAt = MoreThan(since);
    return await this.messages.countBy([
      { status: "FAILED", finishedAt },
      { status: "EXPIRED", finishedAt },
    ]);
  }

  private get messages() {
    return this.database.readManager.getRepository(OutboxMessageEntity);
  }
}
