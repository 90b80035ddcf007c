import type { Keyring } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { Application, ApplicationContext } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { RecoveryCodes, SecondFactorMethodName, SecondFactors } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import type { Outbox } from "../messaging/index.js";
import type { ActiveTokenChallenge, Challenges, TokenChallenges, TokenPurpose } from "../one-time-codes/index.js";
import type { RateLimiter } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import {
  type AuthenticatedSession,
  authenticationOf,
  type CurrentSession,
  type RecognisedDevices,
  type RequiresEnrollment,
  type RequiresSecondFactor,
  type Sessions,
  type SessionTokens,
  type SignInResult,
  type TokenIssuer,
} from "../sessions/index.js";
import type { User, UserRepository } from "../users/index.js";

export interface SignInDependencies {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly users: UserRepository;
  readonly audit: AuditLog;
  readonly rateLimiter: RateLimiter;
  readonly challenges: Challenges;
  readonly tokenChallenges: TokenChallenges;
  readonly secondFactors: SecondFactors;
  readonly recoveryCodes: RecoveryCodes;
  readonly sessions: Sessions;
  readonly recognisedDevices: RecognisedDevices;
  readonly tokenIssuer: TokenIssuer;
  readonly outbox: Outbox;
}

/** A session was opened. */
export interface OpenedSession {
  readonly kind: "opened";
  readonly user: User;
  readonly tokens: SessionTokens;
}
export type SignInDecision = OpenedSession | RequiresSecondFactor | RequiresEnrollment;

/** Authorisation to enroll a factor: a session, or the challenge of a log-in that requires enrollment. */
export interface EnrollmentContext {
  readonly user: User;
  readonly session: CurrentSession | null;
  readonly challenge: ActiveTokenChallenge | null;
}

const LOG_IN_CHALLENGE_TTL_SECONDS = 300;
const ENROLLMENT_CHALLENGE_TTL_SECONDS = 900;

/**
 * Decides what follows a verified first factor; only this module opens sessions. An enrolled second factor is always required,
 * regardless of the application's current mode and of whether the factor can be verified at the moment.
 */
export class SignIn {
  constructor(private readonly dependencies: SignInDependencies) {}

  /** Opens a session, or returns the challenge that is still required. The transaction must hold the lock of the user's row. */
  async complete(context: ApplicationContext, tx: Transaction, user: User, amr: readonly Amr[]): Promise<SignInDecision> {
    const { sessions, secondFactors } = this.dependencies;
    const methods = (await secondFactors.list(user)).map(({ method }) => method);
    if (methods.length > 0) return await this.issueSecondFactorChallenge(context, tx, user, methods, amr, null);
    const { mode, required } = context.application.settings.secondFactor;
    if (mode === "NONE" || !required) return { kind: "opened", user, tokens: await sessions.open(context, tx, user, amr) };
    const issued = await this.issueTokenChallenge(tx, "ENROLLMENT", user, amr, null, ENROLLMENT_CHALLENGE_TTL_SECONDS);
    return { kind: "enrollment-required", enrollmentToken: issued.token, mode, expiresAt: issued.expiresAt };
  }

  /** The result for the client. Call it after the transaction has committed; for an opened session it issues the tokens. */
  async toResult(application: Application, decision: SignInDecision, deviceToken?: string): Promise<SignInResult> {
    if (decision.kind !== "opened") return decision;
    const { tokenIssuer, recognisedDevices } = this.dependencies;
    const { user, tokens } = decision;
    return await tokenIssuer.issue(application, user, tokens, deviceToken ?? recognisedDevices.issue(user));
  }

  /** Opens the session of a log-in after its second factor was verified, in the transaction that consumed the code. */
  async openSession(context: ApplicationContext, tx: Transaction, user: User, amr: readonly Amr[]): Promise<OpenedSession> {
    const tokens = await this.dependencies.sessions.open(context, tx, user, amr);
    await this.dependencies.audit.success(actingAsUser(context, user), "LOG_IN", { amr });
    return { kind: "opened", user, tokens };
  }

  /** After the correct password was given in a session: the second factor challenge, or null when none is enrolled. */
  async stepUp(
    context: ApplicationContext,
    tx: Transaction,
    { user, session }: AuthenticatedSession,
  ): Promise<RequiresSecondFactor | null> {
    const methods = (await this.dependencies.secondFactors.list(user)).map(({ method }) => method);
    return methods.length > 0 ? await this.issueSecondFactorChallenge(context, tx, user, methods, ["pwd"], session.id) : null;
  }

  /** True while sensitive operations are allowed: recently authenticated, with a second factor where one is enrolled. */
  async isRecentlyAuthenticated({ user, session }: AuthenticatedSession): Promise<boolean> {
    const { sessions, secondFactors } = this.dependencies;
    if (!sessions.isRecentlyAuthenticated(session)) return false;
    return authenticationOf(session).amr.includes("mfa") || (await secondFactors.list(user)).length === 0;
  }

  /** False when a second factor is enrolled and was not recently verified in this session. */
  async isSecondFactorRecentlyVerified(authenticated: AuthenticatedSession): Promise<boolean> {
    return (
      (await this.isRecentlyAuthenticated(authenticated)) || (await this.dependencies.secondFactors.list(authenticated.user)).length === 0
    );
  }

  /** Finds the log-in that requires enrollment by its token; null for an invalid token or once a factor is enrolled. */
  async findEnrollmentContext({ id }: Application, token: string): Promise<EnrollmentContext | null> {
    const challenge = await this.dependencies.tokenChallenges.find(id, "ENROLLMENT", token);
    const user = challenge && (await this.findChallengeUser(challenge));
    return user && (await this.dependencies.secondFactors.list(user)).length === 0 ? { user, session: null, challenge } : null;
  }

  /** The user of a challenge; null unless active, with address and password unchanged since the challenge was issued. */
  async findChallengeUser({ applicationId, userId, credentialFingerprint }: ActiveTokenChallenge): Promise<User | null> {
    const user = await this.dependencies.users.findById(applicationId, userId);
    return user?.status === "ACTIVE" && this.credentialFingerprint(user) === credentialFingerprint ? user : null;
  }

  /** Notifies a user whose password or second factor is being guessed: at most once a day for the same `parts`. */
  async notifyOfGuessing(context: ApplicationContext, user: User, parts: readonly string[], template: string): Promise<void> {
    const { rateLimiter, outbox, database } = this.dependencies;
    const noticeKey = { applicationId: context.application.id, limit: "guessingNotices", parts } as const;
    const consumed = await rateLimiter.consume(context, [noticeKey]);
    const isFirst = consumed.kind === "consumed" && consumed.exhausted.includes("guessingNotices");
    if (isFirst) await database.transaction((tx) => outbox.notify(context, tx, user, template));
  }

  private async issueSecondFactorChallenge(
    context: ApplicationContext,
    tx: Transaction,
    user: User,
    methods: readonly SecondFactorMethodName[],
    amr: readonly Amr[],
    sessionId: string | null,
  ): Promise<RequiresSecondFactor> {
    const purpose = sessionId === null ? "LOG_IN" : "REAUTHENTICATION";
    const issued = await this.issueTokenChallenge(tx, purpose, user, amr, sessionId, LOG_IN_CHALLENGE_TTL_SECONDS);
    const details = { purpose, methods };
    await this.dependencies.audit.success(actingAsUser(context, user), "SECOND_FACTOR_REQUIRED", details);
    return { kind: "second-factor-required", challengeToken: issued.token, methods, maskedPhone: null, expiresAt: issued.expiresAt };
  }

  /** Reads the user again: log-in may have rehashed the password since the user was read. */
  private async issueTokenChallenge(
    tx: Transaction,
    purpose: TokenPurpose,
    { applicationId, id }: User,
    amr: readonly Amr[],
    sessionId: string | null,
    ttlSeconds: number,
  ) {
    const user = await this.dependencies.users.findById(applicationId, id);
    if (!user) throw new Error("Sign-in failed: user row not found");
    const detail = { credentialFingerprint: this.credentialFingerprint(user), sessionId, amr };
    return await this.dependencies.tokenChallenges.issue(tx, { applicationId, purpose, userId: id }, detail, ttlSeconds);
  }

  private credentialFingerprint({ applicationId, id, email, password }: User): string {
    return this.dependencies.keyring
      .mac("token", "password-mark", applicationId, id, email ?? "", password?.hash ?? "")
      .toString("base64url");
  }
}
