import type { Keyring } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import type { Application } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { RecoveryCodes, SecondFactorMethodName, SecondFactors } from "../authenticators/index.js";
import type { Amr } from "../jwt/index.js";
import type { Outbox } from "../messaging/index.js";
import type { Challenges, FoundToken, TokenChallenges, TokenPurpose } from "../one-time-codes/index.js";
import type { Throttle } from "../rate-limiting/index.js";
import type { RequestOrigin } from "../request-context.js";
import {
  type AuthenticatedSession,
  authenticationOf,
  type CurrentSession,
  type EnrollmentNeeded,
  type Entry,
  type Grants,
  type KnownDevices,
  type SecondFactorNeeded,
  type Sessions,
  type SessionTokens,
} from "../sessions/index.js";
import type { User, UserRepository } from "../users/index.js";

export interface AdmissionParts {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly users: UserRepository;
  readonly audit: AuditLog;
  readonly throttle: Throttle;
  readonly challenges: Challenges;
  readonly tokenChallenges: TokenChallenges;
  readonly secondFactors: SecondFactors;
  readonly recoveryCodes: RecoveryCodes;
  readonly sessions: Sessions;
  readonly knownDevices: KnownDevices;
  readonly grants: Grants;
  readonly outbox: Outbox;
}

/** A session that is open. */
export interface Opened {
  readonly kind: "opened";
  readonly user: User;
  readonly tokens: SessionTokens;
}
export type Admitted = Opened | SecondFactorNeeded | EnrollmentNeeded;

/** Who may enroll a factor: a session, or a log-in that must enroll one first. */
export interface Enrolling {
  readonly user: User;
  readonly session: CurrentSession | null;
  readonly token: FoundToken | null;
}

const LOG_IN_SECONDS = 300;
const ENROLLMENT_SECONDS = 900;

/**
 * What stands between a right first factor and a session. Nothing else opens sessions, and what is needed is read from the gateway's
 * own records: a factor that was enrolled is asked for, whatever the application's mode is now and whether or not it can be proved.
 */
export class Admission {
  constructor(private readonly parts: AdmissionParts) {}

  /** Opens a session, or says what is still to be proved. Runs in the caller's transaction, which holds the user's row. */
  async admit(application: Application, user: User, amr: readonly Amr[], origin: RequestOrigin): Promise<Admitted> {
    const { sessions, secondFactors } = this.parts;
    const methods = (await secondFactors.list(user)).map(({ method }) => method);
    if (methods.length > 0) return await this.challenge(application, user, methods, amr, null, origin);
    const { mode, required } = application.settings.secondFactor;
    if (mode === "NONE" || !required) return { kind: "opened", user, tokens: await sessions.open(application, user, amr, origin) };
    const issued = await this.issue("ENROLLMENT", user, amr, null, ENROLLMENT_SECONDS);
    return { kind: "enrollment needed", enrollmentToken: issued.token, mode, expiresAt: issued.expiresAt };
  }

  /** What the client is told, once the transaction is committed: the tokens of a session that is open, else what was said. */
  async answer(application: Application, admitted: Admitted, deviceToken?: string): Promise<Entry> {
    if (admitted.kind !== "opened") return admitted;
    const { grants, knownDevices } = this.parts;
    const { user, tokens } = admitted;
    return await grants.grant(application, user, tokens, deviceToken ?? knownDevices.issue(user));
  }

  /** Opens the session of a log-in whose second factor was proved. Runs in the transaction that used the proof up. */
  async open(application: Application, user: User, amr: readonly Amr[], origin: RequestOrigin): Promise<Opened> {
    const tokens = await this.parts.sessions.open(application, user, amr, origin);
    const entry = { applicationId: application.id, event: "LOG_IN", outcome: "SUCCESS", actor: user.id, origin, details: { amr } } as const;
    await this.parts.audit.record(entry);
    return { kind: "opened", user, tokens };
  }

  /** After a right password in a session: what is still to be proved, or null when that was enough. Runs in the caller's transaction. */
  async stepUp(
    application: Application,
    { user, session }: AuthenticatedSession,
    origin: RequestOrigin,
  ): Promise<SecondFactorNeeded | null> {
    const methods = (await this.parts.secondFactors.list(user)).map(({ method }) => method);
    return methods.length > 0 ? await this.challenge(application, user, methods, ["pwd"], session.id, origin) : null;
  }

  /** True while what cannot be undone is allowed in this session: the proof is fresh, and of the second factor where there is one. */
  async isProofFresh({ user, session }: AuthenticatedSession): Promise<boolean> {
    const { sessions, secondFactors } = this.parts;
    if (!sessions.isProofFresh(session)) return false;
    return authenticationOf(session).amr.includes("mfa") || (await secondFactors.list(user)).length === 0;
  }

  /** True unless there is a second factor that was not just proved in this session. */
  async isFactorProofFresh(who: AuthenticatedSession): Promise<boolean> {
    return (await this.isProofFresh(who)) || (await this.parts.secondFactors.list(who.user)).length === 0;
  }

  /** The log-in that must enroll a factor, by its token; null for everything else. */
  async findEnrolling({ id }: Application, token: string): Promise<Enrolling | null> {
    const found = await this.parts.tokenChallenges.find(id, "ENROLLMENT", token);
    const user = found && (await this.findStanding(found));
    return user && (await this.parts.secondFactors.list(user)).length === 0 ? { user, session: null, token: found } : null;
  }

  /** The user of a challenge, while they are active and have the address and the password that were proved. */
  async findStanding({ applicationId, userId, passwordMark }: FoundToken): Promise<User | null> {
    const user = await this.parts.users.findById(applicationId, userId);
    return user?.status === "ACTIVE" && this.markOf(user) === passwordMark ? user : null;
  }

  private async challenge(
    application: Application,
    user: User,
    methods: readonly SecondFactorMethodName[],
    amr: readonly Amr[],
    sessionId: string | null,
    origin: RequestOrigin,
  ): Promise<SecondFactorNeeded> {
    const purpose = sessionId === null ? "LOG_IN" : "REAUTHENTICATION";
    const issued = await this.issue(purpose, user, amr, sessionId, LOG_IN_SECONDS);
    const details = { purpose, methods };
    const entry = { applicationId: application.id, event: "SECOND_FACTOR_REQUIRED", outcome: "SUCCESS", actor: user.id } as const;
    await this.parts.audit.record({ ...entry, origin, details });
    return { kind: "second factor needed", challengeToken: issued.token, methods, maskedPhone: null, expiresAt: issued.expiresAt };
  }

  /** The password is read anew: it may have been hashed anew since the user was read. */
  private async issue(purpose: TokenPurpose, { applicationId, id }: User, amr: readonly Amr[], sessionId: string | null, seconds: number) {
    const user = await this.parts.users.findById(applicationId, id);
    if (!user) throw new Error("A user without a row was admitted");
    const detail = { passwordMark: this.markOf(user), sessionId, amr };
    return await this.parts.tokenChallenges.issue({ applicationId, purpose, userId: id }, detail, seconds);
  }

  private markOf({ applicationId, id, email, password }: User): string {
    return this.parts.keyring.mac("token", "password-mark", applicationId, id, email ?? "", password?.hash ?? "").toString("base64url");
  }
}
