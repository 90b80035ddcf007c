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

/** A session that is open. */
export interface OpenedSession {
  readonly kind: "opened";
  readonly user: User;
  readonly tokens: SessionTokens;
}
export type SignInDecision = OpenedSession | RequiresSecondFactor | RequiresEnrollment;

/** Who may enroll a factor: a session, or a log-in that must enroll one first. */
export interface EnrollmentContext {
  readonly user: User;
  readonly session: CurrentSession | null;
  readonly challenge: ActiveTokenChallenge | null;
}

const LOG_IN_CHALLENGE_TTL_SECONDS = 300;
const ENROLLMENT_CHALLENGE_TTL_SECONDS = 900;

/**
 * What stands between a right first factor and a session. Nothing else opens sessions, and what is needed is read from the gateway's
 * own records: a factor that was enrolled is asked for, whatever the application's mode is now and whether or not it can be proved.
 */
export class SignIn {
  constructor(private readonly dependencies: SignInDependencies) {}

  /** Opens a session, or says what is still to be proved. The transaction holds the user's row. */
  async complete(context: ApplicationContext, tx: Transaction, user: User, amr: readonly Amr[]): Promise<SignInDecision> {
    const { sessions, secondFactors } = this.dependencies;
    const methods = (await secondFactors.list(user)).map(({ method }) => method);
    if (methods.length > 0) return await this.issueSecondFactorChallenge(context, tx, user, methods, amr, null);
    const { mode, required } = context.application.settings.secondFactor;
    if (mode === "NONE" || !required) return { kind: "opened", user, tokens: await sessions.open(context, tx, user, amr) };
    const issued = await this.issueTokenChallenge(tx, "ENROLLMENT", user, amr, null, ENROLLMENT_CHALLENGE_TTL_SECONDS);
    return { kind: "enrollment-required", enrollmentToken: issued.token, mode, expiresAt: issued.expiresAt };
  }

  /** What the client is told, once the transaction is committed: the tokens of a session that is open, else what was said. */
  async toResult(application: Application, decision: SignInDecision, deviceToken?: string): Promise<SignInResult> {
    if (decision.kind !== "opened") return decision;
    const { tokenIssuer, recognisedDevices } = this.dependencies;
    const { user, tokens } = decision;
    return await tokenIssuer.issue(application, user, tokens, deviceToken ?? recognisedDevices.issue(user));
  }

  /** Opens the session of a log-in whose second factor was proved. Runs in the transaction that used the proof up. */
  async openSession(context: ApplicationContext, tx: Transaction, user: User, amr: readonly Amr[]): Promise<OpenedSession> {
    const tokens = await this.dependencies.sessions.open(context, tx, user, amr);
    await this.dependencies.audit.success(actingAsUser(context, user), "LOG_IN", { amr });
    return { kind: "opened", user, tokens };
  }

  /** After a right password in a session: what is still to be proved, or null when that was enough. */
  async stepUp(
    context: ApplicationContext,
    tx: Transaction,
    { user, session }: AuthenticatedSession,
  ): Promise<RequiresSecondFactor | null> {
    const methods = (await this.dependencies.secondFactors.list(user)).map(({ method }) => method);
    return methods.length > 0 ? await this.issueSecondFactorChallenge(context, tx, user, methods, ["pwd"], session.id) : null;
  }

  /** True while what cannot be undone is allowed in this session: the proof is fresh, and of the second factor where there is one. */
  async isRecentlyAuthenticated({ user, session }: AuthenticatedSession): Promise<boolean> {
    const { sessions, secondFactors } = this.dependencies;
    if (!sessions.isRecentlyAuthenticated(session)) return false;
    return authenticationOf(session).amr.includes("mfa") || (await secondFactors.list(user)).length === 0;
  }

  /** True unless there is a second factor that was not just proved in this session. */
  async isSecondFactorRecentlyVerified(authenticated: AuthenticatedSession): Promise<boolean> {
    return (
      (await this.isRecentlyAuthenticated(authenticated)) || (await this.dependencies.secondFactors.list(authenticated.user)).length === 0
    );
  }

  /** The log-in that must enroll a factor, by its token; null for everything else. */
  async findEnrollmentContext({ id }: Application, token: string): Promise<EnrollmentContext | null> {
    const challenge = await this.dependencies.tokenChallenges.find(id, "ENROLLMENT", token);
    const user = challenge && (await this.findChallengeUser(challenge));
    return user && (await this.dependencies.secondFactors.list(user)).length === 0 ? { user, session: null, challenge } : null;
  }

  /** The user of a challenge, while they are active and have the address and the password that were proved. */
  async findChallengeUser({ applicationId, userId, credentialFingerprint }: ActiveTokenChallenge): Promise<User | null> {
    const user = await this.dependencies.users.findById(applicationId, userId);
    return user?.status === "ACTIVE" && this.credentialFingerprint(user) === credentialFingerprint ? user : null;
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

  /** The password is read anew: it may have been hashed anew since the user was read. */
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
