import { LatchkeyError } from "./errors.js";
import {
  type CompleteSignUpResult,
  type LogInResult,
  type LogOutResult,
  logOutOperation,
  type Operation,
  Operations,
  type RefreshSessionResult,
  type ResetPasswordResult,
} from "./operations.generated.js";
import { Session } from "./session.js";
import { memoryStore, type SessionStore } from "./stores.js";
import { Transport, type TransportOptions } from "./transport.js";
import type { CompleteSignUpInput, LogInInput, ResetPasswordInput, TokensFragment } from "./types.generated.js";

export interface LatchkeyOptions extends TransportOptions {
  /** Where the gateway is, e.g. https://auth.example.com, with or without /graphql. */
  readonly url: string;
  /** The application's public key, lk_app_... */
  readonly appKey: string;
  /** Where the session is kept between starts; in memory when left out. */
  readonly store?: SessionStore | undefined;
  /** Called once when the session is over without the app having asked for it: show the log-in. */
  readonly onSessionEnded?: (() => void) | undefined;
  /** Language of sentences and mails, e.g. de; the device's when left out. */
  readonly locale?: string | undefined;
  /** Patience with one request; 15,000 when left out. */
  readonly timeoutMs?: number | undefined;
  /** Another fetch than the global one. */
  readonly fetch?: typeof fetch | undefined;
  /** Another clock than Date.now. */
  readonly now?: (() => number) | undefined;
}
/** The answers that change who is logged in on this device. */
type SessionAffectingResult =
  | ({ readonly __typename: "LoggedIn" } & TokensFragment)
  | { readonly __typename: "SecondFactorEnabled"; readonly loggedIn?: TokensFragment | null }
  | { readonly __typename: "SecondFactorEnrollmentRequired"; readonly enrollmentToken: string }
  | { readonly __typename: "PasswordReset"; readonly deviceToken: string | null }
  | { readonly __typename: "ProfileUpdated" | "HandleChanged" | "PhoneVerified" | "AccountDeleted" };

/**
 * An application's user on one device. Every operation is a method that answers its result union; whatever opens, renews or ends a
 * session is remembered, and operations that need the session send it, renewed in time.
 */
export class LatchkeyClient extends Operations {
  private readonly transport: Transport;
  private readonly session: Session;
  /** From a log-in that must be finished by enrolling a second factor. */
  private enrollmentToken: string | undefined;

  constructor({ store = memoryStore(), onSessionEnded = () => {}, now = Date.now, ...transport }: LatchkeyOptions) {
    super();
    this.transport = new Transport(transport);
    this.session = new Session(this.transport, store, now, onSessionEnded);
  }

  /** True while a session is kept; the gateway may have ended it meanwhile. */
  async isLoggedIn(): Promise<boolean> {
    return (await this.session.state()).session !== undefined;
  }

  /** A JWT for Realm or your own API that is good for at least half a minute. @throws LatchkeyError UNAUTHENTICATED when nobody is logged in */
  async jwt(): Promise<string> {
    return await this.session.jwt();
  }

  /** As the operation, with the ticket of this device's signUp. */
  override async completeSignUp(input: CompleteSignUpInput): Promise<CompleteSignUpResult> {
    return await super.completeSignUp({ ticket: (await this.session.state()).signUpTicket, ...input });
  }

  /** As the operation, with the token that makes this a known device. */
  override async logIn(input: LogInInput): Promise<LogInResult> {
    return await super.logIn({ deviceToken: (await this.session.state()).deviceToken, ...input });
  }

  /** As the operation, with the ticket of this device's forgotPassword. */
  override async resetPassword(input: ResetPasswordInput): Promise<ResetPasswordResult> {
    return await super.resetPassword({ ticket: (await this.session.state()).resetTicket, ...input });
  }

  /** Renews the session now. It is not needed: every method renews in time. @throws LatchkeyError UNAUTHENTICATED when nobody is logged in */
  override async refreshSession(): Promise<RefreshSessionResult> {
    // The second time if another tab was faster the first.
    const answer = (await this.session.refresh()) ?? (await this.session.refresh());
    if (!answer) throw new LatchkeyError("UNAUTHENTICATED", "Nobody is logged in.");
    return answer;
  }

  /** Ends the session. This device forgets it at once, whether the gateway can be reached or not. */
  override async logOut(): Promise<LogOutResult> {
    this.enrollmentToken = undefined;
    const token = await this.session.close();
    return token ? (await this.transport.send(logOutOperation, {}, token)).logOut : { sessionsEnded: 0 };
  }

  /** Ends all of the user's sessions, this one too. */
  override async logOutEverywhere(): Promise<LogOutResult> {
    const answer = await super.logOutEverywhere();
    await this.session.close();
    return answer;
  }

  protected override async run<Data, Variables>(operation: Operation<Data, Variables>, variables: Variables): Promise<Data> {
    const data = await (operation.needsSession
      ? this.session.send(operation, variables, this.enrollmentToken)
      : this.transport.send(operation, variables));
    for (const [field, result] of Object.entries(data as object)) await this.applyResult(field, result);
    return data;
  }

  private async applyResult(field: string, result: unknown): Promise<void> {
    const affecting = result as
      | SessionAffectingResult
      | { readonly __typename: "ConfirmationSent" | "PasswordResetRequested"; readonly ticket: string }
      | null;
    switch (affecting?.__typename) {
      case "LoggedIn":
        return await this.open(affecting);
      case "SecondFactorEnabled":
        return affecting.loggedIn ? await this.open(affecting.loggedIn) : undefined;
      case "SecondFactorEnrollmentRequired":
        await this.session.close();
        this.enrollmentToken = affecting.enrollmentToken;
        return;
      case "ConfirmationSent":
        // The ticket of a resend names nothing.
        return field === "signUp" ? await this.session.update({ signUpTicket: affecting.ticket }) : undefined;
      case "PasswordResetRequested":
        return await this.session.update({ resetTicket: affecting.ticket });
      case "PasswordReset":
        return await this.session.update({
          resetTicket: undefined,
          ...(affecting.deviceToken ? { deviceToken: affecting.deviceToken } : {}),
        });
      case "AccountDeleted":
        await this.session.close();
        return await this.session.update({ deviceToken: undefined });
      case "ProfileUpdated":
      case "HandleChanged":
      case "PhoneVerified":
        return this.session.forgetJwt();
    }
  }

  private async open(tokens: TokensFragment): Promise<void> {
    this.enrollmentToken = undefined;
    await this.session.open(tokens);
    await this.session.update({ signUpTicket: undefined });
  }
}
