import { addSeconds, type Clock } from "../../platform/clock.js";
import { equalsInConstantTime, hashToken, randomId, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import type { Application, ApplicationContext, ApplicationDirectory } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { Amr, Authentication } from "../jwt/index.js";
import { TokenBucketLimiter } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import type { User } from "../users/index.js";
import type { SessionEntity } from "./session.entity.js";
import type { CurrentSession, EndReason, SessionRepository } from "./session.repository.js";
import type { TokenCodec } from "./token-codec.js";

/** The opaque tokens of a session in plain text, as returned to the client. */
export interface SessionTokens {
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly sessionTokenExpiresAt: Date;
  readonly refreshToken: string;
  readonly authentication: Authentication;
}
/** A live session and its user. */
export interface AuthenticatedSession {
  readonly session: CurrentSession;
  readonly user: User;
}
/** Includes the application with its current settings. */
interface LiveSession extends AuthenticatedSession {
  readonly application: Application;
}
export type RefreshOutcome =
  | { readonly kind: "refreshed"; readonly application: Application; readonly user: User; readonly tokens: SessionTokens }
  | { readonly kind: "ended" }
  | { readonly kind: "rate-limited"; readonly retryAfterSeconds: number };

/** Result of a rotation. */
interface Successor {
  readonly tokens: SessionTokens;
  /** False when it is not known whether the rotation was committed. */
  readonly isCommitted: boolean;
}

/** How long an authentication permits sensitive operations. */
export const REAUTHENTICATION_MAX_AGE_SECONDS = 300;
const DAY_SECONDS = 86_400;
const MAX_USER_AGENT_LENGTH = 256;
/** A refresh that conflicts with a concurrent change reads the session again, up to this number of attempts. */
const MAX_REFRESH_ATTEMPTS = 5;

/** Sessions are opened at log-in and refreshed by token rotation; an ended session cannot be resumed. */
export class Sessions {
  /** Limits the rotations of one session, to protect the database from a faulty client. Retries in the grace period do not count. */
  private readonly rotationLimiter = new TokenBucketLimiter({ refillPerSecond: 10 / 60, burst: 10 }, this.clock);

  constructor(
    private readonly repository: SessionRepository,
    private readonly directory: ApplicationDirectory,
    private readonly codec: TokenCodec,
    private readonly audit: AuditLog,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Opens a session for a user who has just authenticated. */
  async open(context: ApplicationContext, tx: Transaction, user: User, amr: readonly Amr[]): Promise<SessionTokens> {
    const now = this.clock.now();
    const id = randomId();
    const { absoluteDays, sessionTokenMinutes } = context.application.settings.session;
    const tokens = {
      sessionId: id,
      sessionToken: this.codec.encode("session", context.application.id, id),
      sessionTokenExpiresAt: addSeconds(now, sessionTokenMinutes * 60),
      refreshToken: this.codec.encode("refresh", context.application.id, id),
      authentication: { authenticatedAt: now, amr },
    };
    const absoluteExpiresAt = addSeconds(now, absoluteDays * DAY_SECONDS);
    await this.repository.insert(tx, {
      applicationId: context.application.id,
      id,
      userId: user.id,
      userAgent: context.client.userAgent?.slice(0, MAX_USER_AGENT_LENGTH) ?? null,
      createdAt: now,
      lastUsedAt: now,
      authenticatedAt: now,
      amr: amr.join(" "),
      refreshTokenHash: hashToken(tokens.refreshToken),
      sessionTokenHash: hashToken(tokens.sessionToken),
      sessionTokenExpiresAt: tokens.sessionTokenExpiresAt,
      parentRefreshTokenHash: null,
      parentSessionTokenHash: null,
      parentSessionTokenExpiresAt: null,
      rotationNonce: null,
      rotatedAt: null,
      idleExpiresAt: this.idleExpiry(context.application, now, absoluteExpiresAt),
      absoluteExpiresAt,
      endedAt: null,
      endReason: null,
    });
    return tokens;
  }

  /** The live session of a session token with its active user and application; null when any of them is not. */
  async authenticate(application: Application, sessionToken: string): Promise<LiveSession | null> {
    const decoded = this.codec.decode("session", application.id, sessionToken);
    const found = decoded && (await this.findLive(application, decoded.sessionId));
    return found && acceptsSessionToken(found.session, hashToken(sessionToken), this.clock.now()) ? found : null;
  }

  /**
   * Rotates a refresh token (RFC 9700 section 4.14.2). Within the grace period, the previous token returns the same successor again; use
   * of any other previously issued token is treated as reuse and ends the session.
   */
  async refresh(context: ApplicationContext, refreshToken: string): Promise<RefreshOutcome> {
    const decoded = this.codec.decode("refresh", context.application.id, refreshToken);
    if (!decoded) return { kind: "ended" };
    const hash = hashToken(refreshToken);
    let successor: Successor | null = null;
    for (let attempt = 1; attempt <= MAX_REFRESH_ATTEMPTS; attempt++) {
      const found = await this.findLive(context.application, decoded.sessionId);
      if (!found) return { kind: "ended" };
      const { session, user } = found;
      const toOutcome = (tokens: SessionTokens) => ({ kind: "refreshed", application: found.application, user, tokens }) as const;
      if (successor && isCurrentOrParentRefreshToken(session, hashToken(successor.tokens.refreshToken)))
        return toOutcome(this.countRotation(successor));
      if (equalsInConstantTime(session.refreshTokenHash, hash)) {
        const retryAfterSeconds = this.rotationLimiter.peek(session.id);
        if (retryAfterSeconds > 0) return { kind: "rate-limited", retryAfterSeconds };
        successor = await this.rotate(found.application, session, decoded.secret);
        if (successor?.isCommitted) return toOutcome(this.countRotation(successor));
        // A concurrent request, or this one, may have rotated or ended the session: read it again.
        continue;
      }
      const reissued = this.reissueWithinGrace(found.application, session, hash, decoded.secret);
      if (reissued) return toOutcome(reissued);
      if (await this.endReused(context, session)) return { kind: "ended" };
    }
    throw new GatewayError("UNAVAILABLE", { retryAfterSeconds: 2 });
  }

  /** Finds the session of a session token, expired or not; null when the token does not belong to a session of this application. */
  async findForLogOut(application: Application, sessionToken: string): Promise<SessionEntity | null> {
    const decoded = this.codec.decode("session", application.id, sessionToken);
    const session = decoded && (await this.repository.find(application.id, decoded.sessionId));
    const hash = hashToken(sessionToken);
    const isTokenOfSession =
      session &&
      [session.sessionTokenHash, session.parentSessionTokenHash].some((storedHash) => equalsInConstantTime(storedHash ?? "", hash));
    return isTokenOfSession ? session : null;
  }

  /** Ends a session; false when it had already ended. */
  async end(tx: Transaction, { applicationId, id }: Pick<SessionEntity, "applicationId" | "id">, reason: EndReason): Promise<boolean> {
    return await this.repository.end(tx, applicationId, id, reason, this.clock.now());
  }

  /** Ends every session of a user except `except`; returns how many. */
  async endByUser(tx: Transaction, { applicationId, id }: User, reason: EndReason, except?: string): Promise<number> {
    return await this.repository.endByUser(tx, applicationId, id, reason, this.clock.now(), except);
  }

  /** Ends a session if it belongs to the user; false when it does not or has already ended. */
  async endOwn(tx: Transaction, { applicationId, id: userId }: User, sessionId: string): Promise<boolean> {
    const session = await this.repository.find(applicationId, sessionId);
    return session?.userId === userId && (await this.end(tx, session, "REVOKED"));
  }

  /** Records a reauthentication; returns when it expires. */
  async recordReauthentication(tx: Transaction, { applicationId, id }: CurrentSession, amr: readonly Amr[]): Promise<Date> {
    const now = this.clock.now();
    await this.repository.recordAuthentication(tx, applicationId, id, { authenticatedAt: now, amr: amr.join(" ") });
    return addSeconds(now, REAUTHENTICATION_MAX_AGE_SECONDS);
  }

  /** Records that a further factor was verified in this session; false when the session has ended. */
  async addAuthenticationMethods(tx: Transaction, session: CurrentSession, amr: readonly Amr[]): Promise<boolean> {
    const all = new Set([...authenticationOf(session).amr, ...amr]);
    return await this.repository.recordAuthentication(tx, session.applicationId, session.id, { amr: [...all].join(" ") });
  }

  /** True while the last log-in or reauthentication is recent enough for sensitive operations. Does not check the second factor. */
  isRecentlyAuthenticated({ authenticatedAt }: CurrentSession): boolean {
    return addSeconds(authenticatedAt, REAUTHENTICATION_MAX_AGE_SECONDS) > this.clock.now();
  }

  async deleteByUser(tx: Transaction, { applicationId, id }: User): Promise<void> {
    await this.repository.deleteByUser(tx, applicationId, id);
  }

  /** Live sessions by user, in the order of `userIds`; most recently used first. */
  async listByUsers(applicationId: string, userIds: readonly string[]): Promise<SessionEntity[][]> {
    const now = this.clock.now();
    const rows = (await this.repository.listByUsers(applicationId, userIds)).filter((row) => isLive(row, now));
    return userIds.map((userId) => rows.filter((row) => row.userId === userId));
  }

  private async findLive(application: Application, sessionId: string): Promise<LiveSession | null> {
    const found = await this.repository.findWithUser(application.id, sessionId);
    if (!found || !isLive(found.session, this.clock.now()) || found.user.status !== "ACTIVE") return null;
    const { session, user, settingsVersion } = found;
    const current = await this.directory.getAtVersion(application, settingsVersion);
    return current && { application: current, session, user };
  }

  /** Of concurrent requests with the same token, only the one whose rotation succeeded is counted. */
  private countRotation({ tokens }: Successor): SessionTokens {
    this.rotationLimiter.consume(tokens.sessionId);
    return tokens;
  }

  private async rotate(application: Application, session: CurrentSession, secret: Buffer): Promise<Successor | null> {
    let tokens: SessionTokens | null = null;
    // Evaluated when the statement is sent, not when it is queued, because the grace period starts at `rotatedAt`.
    const isCommitted = await this.repository.rotate(session, () => {
      const now = this.clock.now();
      const rotationNonce = randomToken();
      const sessionTokenExpiresAt = addSeconds(now, application.settings.session.sessionTokenMinutes * 60);
      tokens = this.derive(application, session, secret, rotationNonce, sessionTokenExpiresAt);
      return {
        refreshTokenHash: hashToken(tokens.refreshToken),
        sessionTokenHash: hashToken(tokens.sessionToken),
        sessionTokenExpiresAt,
        parentRefreshTokenHash: session.refreshTokenHash,
        parentSessionTokenHash: session.sessionTokenHash,
        parentSessionTokenExpiresAt: session.sessionTokenExpiresAt,
        rotationNonce,
        rotatedAt: now,
        lastUsedAt: now,
        idleExpiresAt: this.idleExpiry(application, now, session.absoluteExpiresAt),
      };
    });
    return tokens && { tokens, isCommitted };
  }

  private reissueWithinGrace(application: Application, session: CurrentSession, hash: string, secret: Buffer): SessionTokens | null {
    const { parentRefreshTokenHash, rotationNonce, rotatedAt } = session;
    if (!rotatedAt || !rotationNonce || !equalsInConstantTime(parentRefreshTokenHash ?? "", hash)) return null;
    // Clocks of different processes differ: `rotatedAt` may be in the future.
    const sinceRotationMs = Math.abs(this.clock.now().getTime() - rotatedAt.getTime());
    const isInGrace = sinceRotationMs <= application.settings.session.refreshGraceSeconds * 1000;
    return isInGrace ? this.derive(application, session, secret, rotationNonce, session.sessionTokenExpiresAt) : null;
  }

  /** Ends a session because of refresh token reuse; false when the session was rotated since it was read. */
  private async endReused(context: ApplicationContext, session: CurrentSession): Promise<boolean> {
    const { applicationId, id: sessionId, userId, rotationNonce } = session;
    return await this.database.transaction(async (tx) => {
      const found = await this.repository.find(applicationId, sessionId);
      if (found && found.rotationNonce !== rotationNonce) return false;
      if (!(await this.end(tx, session, "TOKEN_REUSED"))) return true;
      await this.audit.failure(actingAsUser(context, { id: userId }), "REFRESH_TOKEN_REUSED", { sessionId });
      return true;
    });
  }

  private derive(
    application: Application,
    session: CurrentSession,
    secret: Buffer,
    nonce: string,
    sessionTokenExpiresAt: Date,
  ): SessionTokens {
    const token = (kind: "session" | "refresh") =>
      this.codec.encode(kind, application.id, session.id, this.codec.deriveSuccessorSecret(kind, secret, nonce));
    const tokens = { sessionToken: token("session"), sessionTokenExpiresAt, refreshToken: token("refresh") };
    return { sessionId: session.id, ...tokens, authentication: authenticationOf(session) };
  }

  private idleExpiry({ settings }: Application, now: Date, absoluteExpiresAt: Date): Date {
    const idle = addSeconds(now, settings.session.idleDays * DAY_SECONDS);
    return idle < absoluteExpiresAt ? idle : absoluteExpiresAt;
  }
}

/** Time and methods of the session's last authentication. */
export const authenticationOf = ({ authenticatedAt, amr }: CurrentSession): Authentication => ({
  authenticatedAt,
  amr: (amr ?? "pwd").split(" ") as Amr[],
});

const isLive = ({ endedAt, idleExpiresAt, absoluteExpiresAt }: CurrentSession, now: Date) =>
  endedAt === null && idleExpiresAt > now && absoluteExpiresAt > now;

/** True for the hash of the session's current or previous refresh token. */
const isCurrentOrParentRefreshToken = ({ refreshTokenHash, parentRefreshTokenHash }: CurrentSession, hash: string) =>
  [refreshTokenHash, parentRefreshTokenHash].some((storedHash) => equalsInConstantTime(storedHash ?? "", hash));

function acceptsSessionToken(session: CurrentSession, hash: string, now: Date): boolean {
  if (equalsInConstantTime(session.sessionTokenHash, hash)) return session.sessionTokenExpiresAt > now;
  const { parentSessionTokenHash, parentSessionTokenExpiresAt } = session;
  return (
    equalsInConstantTime(parentSessionTokenHash ?? "", hash) && parentSessionTokenExpiresAt !== null && parentSessionTokenExpiresAt > now
  );
}
