import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** A pending proof: at most one per application, purpose and what it is bound to. */
@Entity({ name: "challenges" })
@Index("challenges_link", ["applicationId", "linkHash"])
@Index("challenges_kept_until", ["keptUntil"])
export class ChallengeEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("purpose", 24)
  purpose!: string;

  /** SHA-256 of the handle or user id it is bound to. */
  @KeyColumn("binding_hash", 64)
  bindingHash!: string;

  /** Changes with every new code; what was read of an older generation is void. */
  @TextColumn("generation", 36)
  generation!: string;

  /** HMAC of the code over application, purpose, binding and generation. */
  @TextColumn("code_hash", 64)
  codeHash!: string;

  /** What the proof is for beside its binding, e.g. the new address of a handle change. */
  @TextColumn("detail", 512, { nullable: true })
  detail!: string | null;

  @IntegerColumn("attempts")
  attempts!: number;

  @InstantColumn("issued_at")
  issuedAt!: Date;

  /** Null while the live code was given to nobody: handles without a sign-up get a challenge too, so that answers look alike. */
  @InstantColumn("sent_at", { nullable: true })
  sentAt!: Date | null;

  @InstantColumn("expires_at")
  expiresAt!: Date;

  /** SHA-256 of the link token that was mailed beside the code; null without one. */
  @TextColumn("link_hash", 64, { nullable: true })
  linkHash!: string | null;

  @InstantColumn("link_expires_at", { nullable: true })
  linkExpiresAt!: Date | null;

  /** When neither code nor link is worth anything any more. */
  @InstantColumn("kept_until")
  keptUntil!: Date;

  @InstantColumn("consumed_at", { nullable: true })
  consumedAt!: Date | null;
}
