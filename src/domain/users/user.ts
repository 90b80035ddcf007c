import type { PasswordHash, PasswordScheme } from "../../platform/crypto/index.js";
import type { Email } from "./email.js";
import type { Metadata } from "./metadata.js";
import type { Phone } from "./phone.js";
import type { UserEntity } from "./user.entity.js";

export const userStatuses = ["ACTIVE", "SUSPENDED"] as const;
export type UserStatus = (typeof userStatuses)[number];

export interface User {
  readonly applicationId: string;
  readonly id: string;
  readonly subject: string;
  readonly email: Email | null;
  readonly phone: Phone | null;
  readonly phoneVerifiedAt: Date | null;
  readonly password: PasswordHash | null;
  readonly metadata: Metadata;
  readonly locale: string;
  readonly status: UserStatus;
  readonly deviceEpoch: number;
  readonly createdAt: Date;
  readonly lastLogInAt: Date | null;
  readonly invitedById: string | null;
}
export type UserKey = Pick<User, "applicationId" | "id">;

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

export function toUser(row: Pick<UserEntity, (typeof userProperties)[number]>): User {
  const { applicationId, id, subject, metadata, locale, deviceEpoch, phoneVerifiedAt, createdAt, lastLogInAt, invitedById } = row;
  return {
    applicationId,
    id,
    subject,
    metadata,
    locale,
    deviceEpoch,
    phoneVerifiedAt,
    createdAt,
    lastLogInAt,
    invitedById,
    email: row.email as Email | null,
    phone: row.phone as Phone | null,
    status: row.status as UserStatus,
    password: row.passwordHash === null ? null : { hash: row.passwordHash, scheme: row.passwordScheme as PasswordScheme },
  };
}

/** The phone number if it is verified; messages go to no other. */
export const verifiedPhone = ({ phone, phoneVerifiedAt }: User): Phone | null => (phoneVerifiedAt === null ? null : phone);
