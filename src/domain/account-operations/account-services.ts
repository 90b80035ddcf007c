import type { Clock } from "../../platform/clock.js";
import type { Database } from "../../platform/database/index.js";
import type { AuditLog } from "../audit/index.js";
import type { RecoveryCodes, SecondFactors } from "../authenticators/index.js";
import type { Invitations } from "../invitations/index.js";
import type { JwtIssuer } from "../jwt/index.js";
import type { Outbox } from "../messaging/index.js";
import type { Challenges, TokenChallenges } from "../one-time-codes/index.js";
import type { RateLimiter } from "../rate-limiting/index.js";
import type { Sessions } from "../sessions/index.js";
import type { SecondFactorVerification, SignIn } from "../sign-in/index.js";
import type { PendingSignUpRepository, UserRepository } from "../users/index.js";

/** Dependencies of account operations, provided by the composition root. */
export interface AccountServices {
  readonly database: Database;
  readonly clock: Clock;
  readonly publicUrl: string;
  /** Maximum number of text messages of all applications together in 24 hours. */
  readonly smsPerDay: number;
  /** True where text messages of applications without a Twilio account are kept in the development inbox. */
  readonly capturesSms: boolean;
  readonly users: UserRepository;
  readonly pendingSignUps: PendingSignUpRepository;
  readonly audit: AuditLog;
  readonly rateLimiter: RateLimiter;
  readonly challenges: Challenges;
  readonly tokenChallenges: TokenChallenges;
  readonly secondFactors: SecondFactors;
  readonly recoveryCodes: RecoveryCodes;
  /** Only sign-in opens sessions. */
  readonly sessions: Omit<Sessions, "open">;
  readonly outbox: Outbox;
  readonly signIn: SignIn;
  readonly secondFactorVerification: SecondFactorVerification;
  readonly invitations: Invitations;
  readonly jwtIssuer: JwtIssuer;
}
/** What adding a user requires: pending sign-ups and invitations of the address end. */
export type NewUserServices = Pick<AccountServices, "users" | "audit" | "pendingSignUps" | "invitations" | "clock">;
/** What changing credentials of a user requires: other sessions end, and the user is notified. */
export type CredentialChangeServices = Pick<AccountServices, "users" | "sessions" | "outbox" | "audit" | "database">;
