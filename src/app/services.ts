import type { Logger } from "pino";
import type { AccountServices } from "../domain/account-operations/index.js";
import type { ApplicationDirectory, ApplicationKeys, ApplicationRegistry, ApplicationSecrets } from "../domain/applications/index.js";
import type { PasswordAuthenticator } from "../domain/authenticators/index.js";
import type { SigningKeyFetches, SigningKeyRotations, SigningKeys } from "../domain/jwt/index.js";
import type { CustomTemplates, Deliveries } from "../domain/messaging/index.js";
import type { SecondFactorEnrollment } from "../domain/sign-in/index.js";
import type { EncryptedColumns, PasswordHasher } from "../platform/crypto/index.js";
import type { RetentionRule } from "../platform/database/index.js";
import type { FaultPoints } from "../platform/fault-points.js";

/** What the composition root hands to flows and management. */
export interface Services extends AccountServices {
  readonly log: Logger;
  readonly faultPoints: FaultPoints;
  readonly hasher: PasswordHasher;
  readonly applicationDirectory: ApplicationDirectory;
  readonly applicationRegistry: ApplicationRegistry;
  readonly applicationKeys: ApplicationKeys;
  readonly applicationSecrets: ApplicationSecrets;
  readonly passwords: PasswordAuthenticator;
  readonly signingKeys: SigningKeys;
  readonly signingKeyFetches: SigningKeyFetches;
  readonly signingKeyRotations: SigningKeyRotations;
  readonly customTemplates: CustomTemplates;
  readonly deliveries: Deliveries;
  readonly secondFactorEnrollment: SecondFactorEnrollment;
  readonly retentionRules: readonly RetentionRule[];
  readonly encryptedColumns: EncryptedColumns;
}
