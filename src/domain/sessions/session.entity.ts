import { Entity, Index } from "typeorm";
import { InstantColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

/** One log-in on one device: a family of refresh tokens, one of which is current. Only hashes of tokens are stored. */
@Entity({ name: "sessions" })
@Index("sessions_user", ["applicationId", "userId"])
@Index("sessions_idle_expires_at", ["idleExpiresAt"])
export class SessionEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;
  @TextColumn("user_id", 36) userId!: string;
  @TextColumn("user_agent", 256, { nullable: true }) userAgent!: string | null;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("last_used_at") lastUsedAt!: Date;

  /** Time of the last authentication; refreshing tokens does not change it. */
  @InstantColumn("authenticated_at") authenticatedAt!: Date;

  /** Authentication methods (RFC 8176), separated by spaces; null in sessions older than the column means password. */
  @TextColumn("amr", 64, { nullable: true }) amr!: string | null;
  @TextColumn("refresh_token_hash", 64) refreshTokenHash!: string;
  @TextColumn("session_token_hash", 64) sessionTokenHash!: string;
  @InstantColumn("session_token_expires_at") sessionTokenExpiresAt!: Date;

  /** Tokens before the last rotation: the refresh token is valid within the grace period, the session token until it expires. */
  @TextColumn("parent_refresh_token_hash", 64, { nullable: true }) parentRefreshTokenHash!: string | null;
  @TextColumn("parent_session_token_hash", 64, { nullable: true }) parentSessionTokenHash!: string | null;
  @InstantColumn("parent_session_token_expires_at", { nullable: true }) parentSessionTokenExpiresAt!: Date | null;

  /** Nonce from which, with the presented token, the successor tokens can be derived again. */
  @TextColumn("rotation_nonce", 43, { nullable: true }) rotationNonce!: string | null;
  @InstantColumn("rotated_at", { nullable: true }) rotatedAt!: Date | null;
  @InstantColumn("idle_expires_at") idleExpiresAt!: Date;
  @InstantColumn("absolute_expires_at") absoluteExpiresAt!: Date;
  @InstantColumn("ended_at", { nullable: true }) endedAt!: Date | null;
  @TextColumn("end_reason", 24, { nullable: true }) endReason!: string | null;
}
