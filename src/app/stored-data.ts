import { secretValueColumn } from "../domain/applications/application-secrets.js";
import { ApplicationEntity, ApplicationKeyEntity, ApplicationSecretEntity } from "../domain/applications/index.js";
import { AuditEventEntity } from "../domain/audit/index.js";
import { RecoveryCodeEntity, SecondFactorEntity } from "../domain/authenticators/index.js";
import type { SecondFactorState } from "../domain/authenticators/second-factor/second-factor.repository.js";
import { totpSecretColumn } from "../domain/authenticators/second-factor/second-factors.js";
import { InvitationEntity } from "../domain/invitations/index.js";
import { SigningKeyEntity, SigningKeyFetchEntity } from "../domain/jwt/index.js";
import { privateKeyColumn } from "../domain/jwt/signing-keys.js";
import { CustomTemplateEntity, InboxMessageEntity, OutboxMessageEntity } from "../domain/messaging/index.js";
import type { FinalStatus } from "../domain/messaging/outbox.repository.js";
import { ChallengeEntity, ChallengeTicketEntity } from "../domain/one-time-codes/index.js";
import { RateLimitBucketEntity } from "../domain/rate-limiting/index.js";
import { SessionEntity } from "../domain/sessions/index.js";
import type { EndReason } from "../domain/sessions/session.repository.js";
import { PendingSignUpEntity, UserEntity } from "../domain/users/index.js";
import { type EncryptedColumn, KeyringEntity, keyringColumn } from "../platform/crypto/index.js";
import { type RetentionRule, retain } from "../platform/database/index.js";

const pendingState: SecondFactorState = "PENDING";
const restored: EndReason = "RESTORED";
const expired: FinalStatus = "EXPIRED";
const failed: FinalStatus = "FAILED";

/** A rule for every entity, in the order in which the rows of a deleted application are deleted. */
export const retentionRules: readonly RetentionRule[] = [
  retain(InvitationEntity, { expiry: { property: "expiresAt", keptDays: 90 }, onApplicationDeleted: "delete", onRestore: "keep" }),
  retain(PendingSignUpEntity, { expiry: { property: "expiresAt", keptDays: 0 }, onApplicationDeleted: "delete", onRestore: "delete" }),
  retain(ChallengeTicketEntity, { expiry: { property: "expiresAt", keptDays: 0 }, onApplicationDeleted: "delete", onRestore: "delete" }),
  retain(ChallengeEntity, { expiry: { property: "keptUntil", keptDays: 0 }, onApplicationDeleted: "delete", onRestore: "delete" }),
  // The instant is null once a factor is confirmed.
  retain(SecondFactorEntity, {
    expiry: { property: "expiresAt", keptDays: 0 },
    onApplicationDeleted: "delete",
    onRestore: [{ where: { state: pendingState }, change: "delete" }],
  }),
  retain(RecoveryCodeEntity, { expiry: "never", onApplicationDeleted: "delete", onRestore: "delete" }),
  retain(SessionEntity, {
    expiry: { property: "idleExpiresAt", keptDays: 0 },
    onApplicationDeleted: "delete",
    onRestore: [{ where: { endedAt: null }, change: (endedAt) => ({ endedAt, endReason: restored }) }],
  }),
  // The instant is null until a message is delivered or has failed permanently.
  retain(OutboxMessageEntity, {
    expiry: { property: "finishedAt", keptDays: 30 },
    onApplicationDeleted: "delete",
    onRestore: [
      { where: { status: "PENDING" }, change: (finishedAt) => ({ status: expired, payloadSealed: null, finishedAt }) },
      { where: { status: failed }, change: () => ({ payloadSealed: null }) },
    ],
  }),
  retain(CustomTemplateEntity, { expiry: "never", onApplicationDeleted: "delete", onRestore: "keep" }),
  retain(RateLimitBucketEntity, { expiry: { property: "windowEndsAt", keptDays: 0 }, onApplicationDeleted: "delete", onRestore: "delete" }),
  retain(SigningKeyEntity, { expiry: "never", onApplicationDeleted: "delete", onRestore: "keep" }),
  retain(SigningKeyFetchEntity, { expiry: { property: "fetchedAt", keptDays: 31 }, onApplicationDeleted: "delete", onRestore: "keep" }),
  retain(UserEntity, { expiry: "never", onApplicationDeleted: "delete", onRestore: "keep" }),
  retain(ApplicationSecretEntity, { expiry: "never", onApplicationDeleted: "delete", onRestore: "keep" }),
  // The instant is null for keys that are neither revoked nor replaced.
  retain(ApplicationKeyEntity, { expiry: { property: "expiresAt", keptDays: 90 }, onApplicationDeleted: "delete", onRestore: "keep" }),
  // ApplicationRegistry deletes the row of the application itself, before these rules apply.
  retain(ApplicationEntity, { expiry: "never", onApplicationDeleted: "keep", onRestore: "keep" }),
  retain(AuditEventEntity, { expiry: "never", onApplicationDeleted: "keep", onRestore: "keep" }),
  retain(KeyringEntity, { expiry: "never", onApplicationDeleted: "keep", onRestore: "keep" }),
  // Development only: DevelopmentInbox deletes messages after 24 hours.
  retain(InboxMessageEntity, { expiry: "never", onApplicationDeleted: "keep", onRestore: "keep" }),
];

/** Columns that are re-encrypted when the master key changes. Payloads of the outbox are not: they are erased once a message is sent or expired. */
export const encryptedColumns: readonly EncryptedColumn[] = [keyringColumn, privateKeyColumn, secretValueColumn, totpSecretColumn];
