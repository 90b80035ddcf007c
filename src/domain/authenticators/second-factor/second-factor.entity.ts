import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, LongTextColumn, TextColumn } from "../../../platform/database/index.js";

/** A second factor of a user: active, or a pending enrollment beside an active one. */
@Entity({ name: "second_factors" })
@Index("second_factors_expires_at", ["expiresAt"])
export class SecondFactorEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("user_id") userId!: string;
  @KeyColumn("method", 8) method!: string;
  @KeyColumn("state", 8) state!: string;
  @TextColumn("id", 36) id!: string;

  /** The encrypted TOTP secret; null for methods without one. */
  @LongTextColumn("secret_sealed", { nullable: true }) secretSealed!: string | null;

  /** The newest accepted TOTP time step: codes of this or an older step are rejected (RFC 6238 section 5.2). */
  @IntegerColumn("last_step") lastStep!: number;

  /** Codes tried during enrollment. */
  @IntegerColumn("attempts") attempts!: number;
  @InstantColumn("enrolled_at") enrolledAt!: Date;
  @InstantColumn("last_used_at", { nullable: true }) lastUsedAt!: Date | null;

  /** Expiry of the enrollment; null once the factor is active. */
  @InstantColumn("expires_at", { nullable: true }) expiresAt!: Date | null;
}
