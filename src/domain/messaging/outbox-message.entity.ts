import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, LongTextColumn, TextColumn } from "../../platform/database/index.js";
import type { Channel } from "./delivery.js";

/** A message to send, inserted in the transaction of the change it reports; after delivery, the record of it. */
@Entity({ name: "outbox_messages" })
@Index("outbox_messages_due", ["status", "nextAttemptAt"])
@Index("outbox_messages_recipient", ["applicationId", "recipientHash"])
@Index("outbox_messages_replaces", ["applicationId", "replacesHash", "status"])
@Index("outbox_messages_finished_at", ["finishedAt"])
@Index("outbox_messages_created_at", ["applicationId", "createdAt"])
export class OutboxMessageEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;
  @TextColumn("channel", 8, { default: "MAIL" }) channel!: Channel;

  /** Delivery queue; see delivery-queues.ts. */
  @TextColumn("lane", 36, { default: "" }) queue!: string;
  @TextColumn("template", 32) template!: string;
  @TextColumn("recipient_masked", 254) recipientMasked!: string;

  /** HMAC of application and recipient; used to find the messages of a deleted user. */
  @TextColumn("recipient_hash", 64) recipientHash!: string;

  /** Encrypted recipient, locale and parameters; erased when the message is delivered, replaced or expired. */
  @LongTextColumn("payload_sealed", { nullable: true }) payloadSealed!: string | null;

  /** A newer message with the same hash replaces this one while it is pending, because its code is no longer valid. */
  @TextColumn("replaces_hash", 64, { nullable: true }) replacesHash!: string | null;
  @TextColumn("status", 16) status!: string;
  @IntegerColumn("attempts") deliveryAttempts!: number;
  @InstantColumn("next_attempt_at") nextAttemptAt!: Date;
  @TextColumn("lease_owner", 36, { nullable: true }) leaseOwner!: string | null;
  @InstantColumn("lease_until", { nullable: true }) leaseUntil!: Date | null;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("expires_at") expiresAt!: Date;
  @InstantColumn("finished_at", { nullable: true }) finishedAt!: Date | null;

  /** Error code of the last failure. Never the server's reply, which could contain the message. */
  @TextColumn("last_failure", 64, { nullable: true }) lastFailure!: string | null;
}
