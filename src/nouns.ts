import type { Logger } from "pino";
import type { Admission, FactorChanges, SecondFactorProof } from "./admission/index.js";
import type { ApplicationDirectory, ApplicationRegistry, ApplicationSecrets } from "./applications/index.js";
import type { AuditLog } from "./audit/index.js";
import type { PasswordAuthenticator, RecoveryCodes, SecondFactors } from "./authenticators/index.js";
import type { Challenges, TokenChallenges } from "./challenges/index.js";
import type { Clock } from "./clock.js";
import type { Keyring, PasswordHasher } from "./crypto/index.js";
import type { Database } from "./database/index.js";
import type { FaultPoints } from "./fault-point.js";
import type { Invitations } from "./invitations/index.js";
import type { MessageTexts, Outbox } from "./messaging/index.js";
import type { Grants, KnownDevices, Sessions } from "./sessions/index.js";
import type { Throttle } from "./throttling/index.js";
import type { JwtIssuer, SigningKeys } from "./tokens/index.js";
import type { PendingSignUpRepository, UserRepository } from "./users/index.js";

/** Rows that belong to applications: they go with them, and some when their time is over. */
export interface Retained {
  /** Runs in the caller's transaction. */
  deleteOfApplication(applicationId: string): Promise<void>;
  /** Removes at most `limit` rows that are worth nothing since before `instant`; returns how many. Runs in the caller's transaction. */
  deleteExpired?(instant: Date, limit: number): Promise<number>;
  /** After a restore: what was used or revoked since the backup must not come back to life. Runs in the caller's transaction. */
  voidAll?(instant: Date): Promise<void>;
}

/** Values sealed under a master key. */
export interface Sealed {
  /** Seals at most `limit` anew that are under another key than today's; returns how many. */
  reseal(limit: number): Promise<number>;
}

/** What the composition root hands to flows and management. */
export interface Nouns {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly faults: FaultPoints;
  readonly publicUrl: string;
  /** Text messages all applications together send in a day, at most. */
  readonly smsPerDay: number;
  /** True where text messages of applications without a Twilio account are kept to be read. */
  readonly keepsSms: boolean;
  readonly keyring: Keyring;
  readonly hasher: PasswordHasher;
  readonly applicationDirectory: ApplicationDirectory;
  readonly applicationRegistry: ApplicationRegistry;
  readonly applicationSecrets: ApplicationSecrets;
  readonly users: UserRepository;
  readonly pendingSignUps: PendingSignUpRepository;
  readonly audit: AuditLog;
  readonly throttle: Throttle;
  readonly challenges: Challenges;
  readonly tokenChallenges: TokenChallenges;
  readonly passwords: PasswordAuthenticator;
  readonly secondFactors: SecondFactors;
  readonly recoveryCodes: RecoveryCodes;
  readonly signingKeys: SigningKeys;
  readonly jwtIssuer: JwtIssuer;
  /** Only admission opens sessions. */
  readonly sessions: Omit<Sessions, "open">;
  readonly knownDevices: KnownDevices;
  readonly grants: Grants;
  readonly outbox: Outbox;
  readonly messageTexts: MessageTexts;
  readonly admission: Admission;
  readonly secondFactorProof: SecondFactorProof;
  readonly factorChanges: FactorChanges;
  readonly invitations: Invitations;
  readonly retained: readonly Retained[];
  readonly sealed: readonly Sealed[];
}
