import { Entity, Index } from "typeorm";
import { InstantColumn, IntegerColumn, KeyColumn, LongTextColumn, TextColumn } from "../../../platform/database/index.js";

/** A second factor of a user: in force, or being set up beside the one in force. */
@Entity({ name: "second_factors" })
@Index("second_factors_expires_at", ["expiresAt"])
export class SecondFactorEntity {
  @KeyColumn("application_id")
  applicationId!: string;

  @KeyColumn("user_id")
  userId!: string;

  @KeyColumn("method", 8)
  method!: string;

  @KeyColumn("state", 8)
  state!: string;

  @TextColumn("id", 36)
  id!: string;

  /** The TOTP secret; null for methods without one. */
  @LongTextColumn("secret_sealed", { nullable: true })
  secretSealed!: string | null;

  /** The newest TOTP time step that was accepted: no code of it or of an older one is accepted again. */
  @IntegerColumn("last_step")
  lastStep!: number;

  /** Codes tried while it was being set up. */
  @IntegerColumn("attempts")
  attempts!: number;

  @InstantColumn("enrolled_at")
  enrolledAt!: Date;

  @InstantColumn("last_used_at", { nullable: true })
  lastUsedAt!: Date | null;

  /** Until when it can be confirmed; null once it is in force. */
  @InstantColumn("expires_at", { nullable: true })
  expiresAt!: Date | null;
}
