import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** A pending verification: at most one per application, purpose and binding. */
@Entity({ name: "challenges" })
@Index("challenges_link", ["applicationId", "linkHash"])
@Index("challenges_kept_until", ["keptUntil"])
export class ChallengeEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("purpose", 24) purpose!: string;

  /** SHA-256 of the binding, e.g. a handle or user id. */
  @KeyColumn("binding_hash", 64) bindingHash!: string;

  /** Changes with every new code, which invalidates the earlier ones. */
  @TextColumn("generation", 36) generation!: string;

  /** HMAC of the code over application, purpose, binding and generation. */
  @TextColumn("code_hash", 64) codeHash!: string;

  /** Data of the verification, e.g. the new address of a handle change. */
  @TextColumn("detail", 512, { nullable: true }) detail!: string | null;
  @IntegerColumn("attempts") attempts!: number;
  @InstantColumn("issued_at") issuedAt!: Date;

  /** Null when the code was not sent: ineligible handles get a challenge too, so that responses do not differ. */
  @InstantColumn("sent_at", { nullable: true }) sentAt!: Date | null;
  @InstantColumn("expires_at") expiresAt!: Date;

  /** SHA-256 of the link token sent with the code, or of a token challenge's token; null without one. */
  @TextColumn("link_hash", 64, { nullable: true }) linkHash!: string | null;
  @InstantColumn("link_expires_at", { nullable: true }) linkExpiresAt!: Date | null;

  /** When both code and link have expired. */
  @InstantColumn("kept_until") keptUntil!: Date;
  @InstantColumn("consumed_at", { nullable: true }) consumedAt!: Date | null;
}
