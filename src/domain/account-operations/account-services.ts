import type { Clock } from "../../platform/clock.js";
import type { Invitations } from "../invitations/index.js";
import type { JwtIssuer } from "../jwt/index.js";
import type { Sessions } from "../sessions/index.js";
import type { SecondFactorVerification, SignIn, SignInDependencies } from "../sign-in/index.js";
import type { PendingSignUpRepository } from "../users/index.js";

/** Dependencies of account operations, provided by the composition root. */
export interface AccountServices extends Omit<SignInDependencies, "sessions"> {
  readonly clock: Clock;
  readonly publicUrl: string;
  /** Maximum number of text messages of all applications together in 24 hours. */
  readonly smsPerDay: number;
  /** True where text messages of applications without a Twilio account are kept in the development inbox. */
  readonly capturesSms: boolean;
  readonly pendingSignUps: PendingSignUpRepository;
  /** Only sign-in opens sessions. */
  readonly sessions: Omit<Sessions, "open">;
  readonly signIn: SignIn;
  readonly secondFactorVerification: SecondFactorVerification;
  readonly invitations: Invitations;
  readonly jwtIssuer: JwtIssuer;
}
/** What adding a user requires: pending sign-ups and invitations of the address end. */
export type NewUserServices = Pick<AccountServices, "users" | "audit" | "pendingSignUps" | "invitations" | "clock">;
/** What changing credentials of a user requires: other sessions end, and the user is notified. */
export type CredentialChangeServices = Pick<AccountServices, "users" | "sessions" | "outbox" | "audit" | "database">;
