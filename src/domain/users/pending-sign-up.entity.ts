import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerKeyColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** A sign-up whose address nobody has proved yet. Several may wait for one handle; the slot is that of the ticket that names it. */
@Entity({ name: "pending_sign_ups" })
@Index("pending_sign_ups_expires_at", ["expiresAt"])
export class PendingSignUpEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("email", 254)
  email!: string;

  @IntegerKeyColumn("slot")
  slot!: number;

  @TextColumn("email_as_typed", 508)
  emailAsTyped!: string;

  @TextColumn("password_hash", 128)
  passwordHash!: string;

  @TextColumn("password_scheme", 16)
  passwordScheme!: string;

  @JsonColumn("metadata")
  metadata!: Record<string, unknown>;

  @TextColumn("locale", 35)
  locale!: string;

  /** The network that requested it: the rate limit it counted against is refunded on confirmation. */
  @TextColumn("network", 45)
  network!: string;

  @InstantColumn("created_at")
  createdAt!: Date;

  @InstantColumn("expires_at")
  expiresAt!: Date;
}
