import type { PasswordHash, PasswordScheme } from "../../platform/crypto/index.js";
import type { Email } from "./email.js";
import type { Metadata } from "./metadata.js";
import type { Phone } from "./phone.js";
import type { UserEntity } from "./user.entity.js";

export type UserStatus = "ACTIVE" | "SUSPENDED";

/** The columns that make up a `User`. */
export const userProperties = [
  "applicationId",
  "id",
  "subject",
  "email",
  "phone",
  "phoneVerifiedAt",
  "passwordHash",
  "passwordScheme",
  "metadata",
  "locale",
  "status",
  "deviceEpoch",
  "createdAt",
  "lastLogInAt",
  "invitedById",
] as const;
type StoredUser = Pick<UserEntity, (typeof userProperties)[number]>;

/** The person as stored. */
export interface User extends Readonly<Omit<StoredUser, "email" | "phone" | "passwordHash" | "passwordScheme" | "metadata" | "status">> {
  readonly email: Email | null;
  readonly phone: Phone | null;
  readonly password: PasswordHash | null;
  readonly metadata: Metadata;
  readonly status: UserStatus;
}
/** Identifies a user. */
export type UserKey = Pick<User, "applicationId" | "id">;

export function toUser({ emailAsTyped: _, passwordHash, passwordScheme, ...row }: StoredUser & Partial<UserEntity>): User {
  return {
    ...row,
    email: row.email as Email | null,
    phone: row.phone as Phone | null,
    status: row.status as UserStatus,
    password: passwordHash === null ? null : { hash: passwordHash, scheme: passwordScheme as PasswordScheme },
  };
}

/** The phone number if it is verified; messages go to no other. */
export const verifiedPhone = ({ phone, phoneVerifiedAt }: User): Phone | null => (phoneVerifiedAt === null ? null : phone);
