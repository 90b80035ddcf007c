import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerKeyColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** A sign-up whose address is not verified yet. A handle can have several; `slot` is the slot of the sign-up's ticket. */
@Entity({ name: "pending_sign_ups" })
@Index("pending_sign_ups_expires_at", ["expiresAt"])
export class PendingSignUpEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("email", 254) email!: string;
  @IntegerKeyColumn("slot") slot!: number;
  @TextColumn("email_as_typed", 508) emailAsTyped!: string;
  @TextColumn("password_hash", 128) passwordHash!: string;
  @TextColumn("password_scheme", 16) passwordScheme!: string;
  @JsonColumn("metadata") metadata!: Record<string, unknown>;
  @TextColumn("locale", 35) locale!: string;

  /** Network of the request; its rate limit is refunded when the sign-up is confirmed. */
  @TextColumn("network", 45) network!: string;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("expires_at") expiresAt!: Date;
}
