import type { Logger } from "pino";
import type { AccountServices } from "../domain/account-operations/index.js";
import type { ApplicationDirectory, ApplicationRegistry, ApplicationSecrets } from "../domain/applications/index.js";
import type { PasswordAuthenticator } from "../domain/authenticators/index.js";
import type { SigningKeys } from "../domain/jwt/index.js";
import type { CustomTemplates } from "../domain/messaging/index.js";
import type { RecognisedDevices, TokenIssuer } from "../domain/sessions/index.js";
import type { SecondFactorEnrollment } from "../domain/sign-in/index.js";
import type { Keyring, PasswordHasher } from "../platform/crypto/index.js";
import type { Transaction } from "../platform/database/index.js";
import type { FaultPoints } from "../platform/fault-points.js";

/** Rows that belong to applications: they go with them, and some when their time is over. */
export interface RetentionPolicy {
  deleteByApplication(tx: Transaction, applicationId: string): Promise<void>;
  /** Removes at most `limit` rows that are worth nothing since before `instant`; returns how many. */
  deleteExpired?(tx: Transaction, instant: Date, limit: number): Promise<number>;
  /** After a restore: what was used or revoked since the backup must not come back to life. */
  invalidateAfterRestore?(tx: Transaction, instant: Date): Promise<void>;
}

/** Values sealed under a master key. */
export interface EncryptedStore {
  /** Seals at most `limit` anew that are under another key than today's; returns how many. */
  reencrypt(limit: number): Promise<number>;
}

/** What the composition root hands to flows and management. */
export interface Services extends AccountServices {
  readonly log: Logger;
  readonly faultPoints: FaultPoints;
  readonly keyring: Keyring;
  readonly hasher: PasswordHasher;
  readonly applicationDirectory: ApplicationDirectory;
  readonly applicationRegistry: ApplicationRegistry;
  readonly applicationSecrets: ApplicationSecrets;
  readonly passwords: PasswordAuthenticator;
  readonly signingKeys: SigningKeys;
  readonly recognisedDevices: RecognisedDevices;
  readonly tokenIssuer: TokenIssuer;
  readonly customTemplates: CustomTemplates;
  readonly secondFactorEnrollment: SecondFactorEnrollment;
  readonly retentionPolicies: readonly RetentionPolicy[];
  readonly encryptedStores: readonly EncryptedStore[];
}
