import { Entity, Index, Unique } from "typeorm";
import { InstantColumn, IntegerColumn, JsonColumn, KeyColumn, TextColumn } from "../../platform/database/index.js";

@Entity({ name: "users" })
@Index("users_created_at", ["applicationId", "createdAt"])
@Unique("users_email", ["applicationId", "email"])
@Unique("users_phone", ["applicationId", "phone"])
@Unique("users_subject", ["applicationId", "subject"])
export class UserEntity {
  @KeyColumn("application_id") applicationId!: string;
  @KeyColumn("id") id!: string;

  /** `sub` claim of the user's JWTs: immutable and never reused. */
  @TextColumn("subject", 255) subject!: string;

  /** Canonical (handle.ts); null for users without an address. */
  @TextColumn("email", 254, { nullable: true }) email!: string | null;
  @TextColumn("email_as_typed", 508, { nullable: true }) emailAsTyped!: string | null;

  /** Canonical (phone.ts); set when it is verified, and unique in the application. */
  @TextColumn("phone", 16, { nullable: true }) phone!: string | null;

  /** Time of the last verification; null if the number must be verified again before it is used. */
  @InstantColumn("phone_verified_at", { nullable: true }) phoneVerifiedAt!: Date | null;
  @TextColumn("password_hash", 128, { nullable: true }) passwordHash!: string | null;
  @TextColumn("password_scheme", 16, { nullable: true }) passwordScheme!: string | null;
  @JsonColumn("metadata") metadata!: Record<string, unknown>;
  @TextColumn("locale", 35) locale!: string;
  @TextColumn("status", 16) status!: string;

  /** Incremented to invalidate all device tokens issued so far. */
  @IntegerColumn("device_epoch") deviceEpoch!: number;
  @InstantColumn("created_at") createdAt!: Date;
  @InstantColumn("last_log_in_at", { nullable: true }) lastLogInAt!: Date | null;
  @TextColumn("invited_by_id", 36, { nullable: true }) invitedById!: string | null;

  /** Incremented by every lock of the row: clusters detect conflicts only between transactions that change something. */
  @IntegerColumn("lock_version", { default: 0 }) lockVersion!: number;
}
