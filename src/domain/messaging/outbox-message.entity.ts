import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";
import type { Channel } from "./delivery.js";

/** A message to send, written in the transaction of what it tells about; afterwards the record of its delivery. */
@Entity({ name: "outbox_messages" })
@Index("outbox_messages_due", ["status", "nextAttemptAt"])
@Index("outbox_messages_recipient", ["applicationId", "recipientHash"])
@Index("outbox_messages_replaces", ["applicationId", "replacesHash", "status"])
@Index("outbox_messages_finished_at", ["finishedAt"])
export class OutboxMessageEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("id")
  id!: string;

  @TextColumn("channel", 8, { default: "MAIL" })
  channel!: Channel;

  /** Whose slots it is sent in; see lanes.ts. */
  @TextColumn("lane", 36, { default: "" })
  queue!: string;

  @TextColumn("template", 32)
  template!: string;

  @TextColumn("recipient_masked", 254)
  recipientMasked!: string;

  /** HMAC of application and recipient: finds a deleted user's messages. */
  @TextColumn("recipient_hash", 64)
  recipientHash!: string;

  /** Recipient, locale and parameters, sealed; erased as soon as the message is delivered, expired or given up. */
  @LongTextColumn("payload_sealed", { nullable: true })
  payloadSealed!: string | null;

  /** A newer message with the same hash makes this one pointless: its code no longer works. */
  @TextColumn("replaces_hash", 64, { nullable: true })
  replacesHash!: string | null;

  @TextColumn("status", 16)
  status!: string;

  @IntegerColumn("attempts")
  deliveryAttempts!: number;

  @InstantColumn("next_attempt_at")
  nextAttemptAt!: Date;

  @TextColumn("lease_owner", 36, { nullable: true })
  leaseOwner!: string | null;

  @InstantColumn("lease_until", { nullable: true })
  leaseUntil!: Date | null;

  @InstantColumn("created_at")
  createdAt!: Date;

  @InstantColumn("expires_at")
  expiresAt!: Date;

  @InstantColumn("finished_at", { nullable: true })
  finishedAt!: Date | null;

  /** Class of the last failure, never a server's text: it could repeat the message. */
  @TextColumn("last_failure", 64, { nullable: true })
  lastFailure!: string | null;
}
