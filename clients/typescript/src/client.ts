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
  /** Base URL of the gateway, e.g. https://auth.example.com, with or without /graphql. */
  readonly url: string;
  /** Public key of the application, lk_app_... */
  readonly appKey: string;
  /** Storage that keeps the session between starts. Default: in memory. */
  readonly store?: SessionStore | undefined;
  /** Called once when the session ends without a log-out by this app, e.g. to show the log-in screen. */
  readonly onSessionEnded?: (() => void) | undefined;
  /** Language of error messages and emails, e.g. de, sent as Accept-Language. Default: the platform's. */
  readonly locale?: string | undefined;
  /** Timeout of one request in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number | undefined;
  /** Replacement for the global fetch. */
  readonly fetch?: typeof fetch | undefined;
  /** Replacement for Date.now. */
  readonly now?: (() => number) | undefined;
}
/** Results that change the session or the JWT on this device. */
type SessionAffectingResult =
  | ({ readonly __typename: "LoggedIn" } & TokensFragment)
  | { readonly __typename: "SecondFactorEnabled"; readonly loggedIn?: TokensFragment | null }
  | { readonly __typename: "SecondFactorEnrollmentRequired"; readonly enrollmentToken: string }
  | { readonly __typename: "PasswordReset"; readonly deviceToken: string | null }
  | { readonly __typename: "ProfileUpdated" | "HandleChanged" | "PhoneVerified" | "AccountDeleted" };

/**
 * Client of the Authentication API for one user on one device. Every operation is a method that returns its result union. Results that
 * open, refresh or end the session are stored; operations that require a session send its token and refresh it before it expires.
 */
export class LatchkeyClient extends Operations {
  private readonly transport: Transport;
  private readonly session: Session;
  /** Token of a log-in that must be completed by enrolling a second factor. */
  private enrollmentToken: string | undefined;

  constructor({ store = memoryStore(), onSessionEnded = () => {}, now = Date.now, ...transport }: LatchkeyOptions) {
    super();
    this.transport = new Transport(transport);
    this.session = new Session(this.transport, store, now, onSessionEnded);
  }

  /** Whether this device stores a session. The gateway may have ended it in the meantime. */
  async isLoggedIn(): Promise<boolean> {
    return (await this.session.state()).session !== undefined;
  }

  /** Returns a JWT for Realm or your own API that is valid for at least 30 seconds. @throws LatchkeyError UNAUTHENTICATED without a session */
  async jwt(): Promise<string> {
    return await this.session.jwt();
  }

  /** Like the operation, with the ticket of the last signUp on this device as default. */
  override async completeSignUp(input: CompleteSignUpInput): Promise<CompleteSignUpResult> {
    return await super.completeSignUp({ ticket: (await this.session.state()).signUpTicket, ...input });
  }

  /** Like the operation, with the stored deviceToken as default, which marks this device as recognised. */
  override async logIn(input: LogInInput): Promise<LogInResult> {
    return await super.logIn({ deviceToken: (await this.session.state()).deviceToken, ...input });
  }

  /** Like the operation, with the ticket of the last forgotPassword on this device as default. */
  override async resetPassword(input: ResetPasswordInput): Promise<ResetPasswordResult> {
    return await super.resetPassword({ ticket: (await this.session.state()).resetTicket, ...input });
  }

  /** Refreshes the session now. Usually not needed: every method refreshes it in time. @throws LatchkeyError UNAUTHENTICATED without a session */
  override async refreshSession(): Promise<RefreshSessionResult> {
    // Returns null when another tab has refreshed the session in the meantime: refresh again with its token.
    const answer = (await this.session.refresh()) ?? (await this.session.refresh());
    if (!answer) throw new LatchkeyError("UNAUTHENTICATED", "No session: log in first.");
    return answer;
  }

  /** Ends the session. It is removed from this device immediately, even if the gateway cannot be reached. */
  override async logOut(): Promise<LogOutResult> {
    this.enrollmentToken = undefined;
    const token = await this.session.close();
    return token ? (await this.transport.send(logOutOperation, {}, token)).logOut : { sessionsEnded: 0 };
  }

  /** Ends all sessions of the user, including this one. */
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
        // The ticket returned by resendSignUpCode does not identify a sign-up.
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
