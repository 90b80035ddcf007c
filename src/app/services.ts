import type { Logger } from "pino";
import type { AccountServices } from "../domain/account-operations/index.js";
import type { ApplicationDirectory, ApplicationRegistry, ApplicationSecrets } from "../domain/applications/index.js";
import type { PasswordAuthenticator } from "../domain/authenticators/index.js";
import type { JwtIssuer, SigningKeys } from "../domain/jwt/index.js";
import type { CustomTemplates } from "../domain/messaging/index.js";
import type { RecognisedDevices, TokenIssuer } from "../domain/sessions/index.js";
import type { SecondFactorEnrollment } from "../domain/sign-in/index.js";
import type { Keyring, PasswordHasher } from "../platform/crypto/index.js";
import type { Transaction } from "../platform/database/index.js";
import type { FaultPoints } from "../platform/fault-points.js";

/** A store of rows that belong to applications and are deleted with them; some rows also expire. */
export interface RetentionPolicy {
  deleteByApplication(tx: Transaction, applicationId: string): Promise<void>;
  /** Deletes at most `limit` rows that expired before `instant`; returns how many. */
  deleteExpired?(tx: Transaction, instant: Date, limit: number): Promise<number>;
  /** After a restore: invalidates rows that may have been used or revoked since the backup. */
  invalidateAfterRestore?(tx: Transaction, instant: Date): Promise<void>;
}

/** A store of values encrypted under a master key. */
export interface EncryptedStore {
  /** Re-encrypts at most `limit` values that are not under the current key; returns how many. */
  reencrypt(limit: number): Promise<number>;
}

/** The services that the composition root passes to flows and management. */
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
  readonly jwtIssuer: JwtIssuer;
  readonly recognisedDevices: RecognisedDevices;
  readonly tokenIssuer: TokenIssuer;
  readonly customTemplates: CustomTemplates;
  readonly secondFactorEnrollment: SecondFactorEnrollment;
  readonly retentionPolicies: readonly RetentionPolicy[];
  readonly encryptedStores: readonly EncryptedStore[];
}
