import type { Clock } from "../../platform/clock.js";
import type { Keyring } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import type { AuditLog } from "../audit/index.js";
import { inApplication, type RequestContext } from "../request-context.js";
import { canonicalEmail, canonicalPhone } from "../users/index.js";
import type { DeliveryRepository } from "./deliveries.repository.js";
import type { Channel } from "./delivery.js";
import { type DeliveryFailure, describeFailure } from "./delivery-failure.js";
import { hashRecipient } from "./outbox.js";
import type { OutboxMessageEntity } from "./outbox-message.entity.js";

export const deliveryStatuses = ["QUEUED", "SENDING", "DELIVERED", "FAILED", "EXPIRED", "REPLACED"] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

/** A message on its way to a recipient, without its content. */
export interface Delivery {
  readonly id: string;
  readonly channel: Channel;
  readonly template: string;
  /** Masked. */
  readonly recipient: string;
  readonly status: DeliveryStatus;
  /** Since the message was queued or retried. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** Null when there is no further attempt. */
  readonly nextAttemptAt: Date | null;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date;
  /** The last failure. */
  readonly failure: DeliveryFailure | null;
}
interface DeliveryFilter {
  readonly applicationId: string;
  /** A whole address or phone number. */
  readonly recipient?: string;
  /** A message that is being sent is QUEUED here. */
  readonly status?: Exclude<DeliveryStatus, "SENDING">;
  readonly limit: number;
}
export type DeliveryRetry = "retried" | "not-found" | "not-retryable";

/** Shows what became of messages, and retries failed ones. */
export class Deliveries {
  constructor(
    private readonly repository: DeliveryRepository,
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Newest first; none when `recipient` is neither an address nor a phone number. */
  async list({ applicationId, recipient, status, limit }: DeliveryFilter): Promise<Delivery[]> {
    const canonical = recipient === undefined ? undefined : (canonicalEmail(recipient) ?? canonicalPhone(recipient));
    if (canonical === null) return [];
    const rows = await this.repository.list({
      ...{ applicationId, limit },
      ...(canonical === undefined ? {} : { recipientHash: hashRecipient(this.keyring, applicationId, canonical) }),
      ...(status === undefined ? {} : { status: status === "QUEUED" ? "PENDING" : status }),
    });
    return rows.map((row) => toDelivery(row, this.clock.now()));
  }

  /** Makes a failed message due again, while it has not expired and no newer message has taken its place. */
  async retry(context: RequestContext, applicationId: string, id: string): Promise<DeliveryRetry> {
    return await this.database.transaction(async (tx) => {
      const row = await this.repository.find(applicationId, id);
      if (!row) return "not-found";
      const now = this.clock.now();
      const isRetryable = row.status === "FAILED" && row.payloadSealed !== null && row.expiresAt > now;
      if (!isRetryable || (await this.repository.isReplaced(row))) return "not-retryable";
      if (!(await this.repository.makeDue(tx, row, now))) return "not-retryable";
      const details = { messageId: id, template: row.template, channel: row.channel };
      await this.audit.success(inApplication(context, { id: applicationId }), "DELIVERY_RETRIED", details);
      return "retried";
    });
  }

  /** Erases the content of failed messages that have expired. */
  async eraseExpiredPayloads(): Promise<void> {
    await this.database.transaction((tx) => this.repository.eraseExpiredPayloads(tx, this.clock.now()));
  }
}

function toDelivery(row: OutboxMessageEntity, now: Date): Delivery {
  const { id, channel, template, recipientMasked: recipient, createdAt, finishedAt, expiresAt, lastFailure } = row;
  const status = statusOf(row, now);
  // Attempts are counted when they are postponed; the last one ended the delivery.
  const attempts = row.deliveryAttempts + (status === "DELIVERED" || status === "FAILED" ? 1 : 0);
  const nextAttemptAt = status === "QUEUED" ? row.nextAttemptAt : null;
  const failure = lastFailure === null ? null : describeFailure(lastFailure);
  return { id, channel, template, recipient, status, attempts, createdAt, nextAttemptAt, finishedAt, expiresAt, failure };
}

function statusOf({ status, leaseUntil }: OutboxMessageEntity, now: Date): DeliveryStatus {
  if (status !== "PENDING") return status as DeliveryStatus;
  return leaseUntil !== null && leaseUntil > now ? "SENDING" : "QUEUED";
}
