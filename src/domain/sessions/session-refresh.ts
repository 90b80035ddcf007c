import type { Clock } from "../../platform/clock.js";
import { equalsInConstantTime, hashToken, randomToken } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import { GatewayError } from "../../platform/errors/index.js";
import type { Application, ApplicationContext } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import { TokenBucketLimiter } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import type { User } from "../users/index.js";
import { authenticationOf, hasReceivedTokens, type LiveSession, type LiveSessions, type SessionTokens } from "./live-sessions.js";
import type { CurrentSession, SessionRepository } from "./session.repository.js";
import { expiriesAt } from "./session-expiry.js";
import type { Rotation } from "./session-rotation.repository.js";
import type { TokenCodec } from "./token-codec.js";

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

/** A refresh that conflicts with a concurrent change reads the session again, up to this number of attempts. */
const MAX_REFRESH_ATTEMPTS = 5;

/** Exchanges refresh tokens by rotation (RFC 9700 section 4.14.2). */
export class SessionRefresh {
  /** Limits the rotations of one session, to protect the database from a faulty client. Retries in the grace period do not count. */
  private readonly rotationLimiter = new TokenBucketLimiter({ refillPerSecond: 10 / 60, burst: 10 }, this.clock);

  constructor(
    private readonly repository: SessionRepository,
    private readonly liveSessions: LiveSessions,
    private readonly codec: TokenCodec,
    private readonly audit: AuditLog,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * The current token is exchanged for a successor. The previous token returns the same successor again within the grace period; after it,
   * a new successor that replaces the first one, unless the client is known to have received that. Use of any other previously issued
   * token is treated as reuse and ends the session.
   */
  async refresh(context: ApplicationContext, refreshToken: string): Promise<RefreshOutcome> {
    const decoded = this.codec.decode("refresh", context.application.id, refreshToken);
    if (!decoded) return { kind: "ended" };
    const hash = hashToken(refreshToken);
    let successor: Successor | null = null;
    for (let attempt = 1; attempt <= MAX_REFRESH_ATTEMPTS; attempt++) {
      const found = await this.liveSessions.find(context.application, decoded.sessionId);
      if (!found) return { kind: "ended" };
      const { application, session, user } = found;
      const toOutcome = (tokens: SessionTokens) => ({ kind: "refreshed", application, user, tokens }) as const;
      if (successor && isCurrentOrParentRefreshToken(session, hashToken(successor.tokens.refreshToken)))
        return toOutcome(this.countRotation(successor));
      const isCurrent = equalsInConstantTime(session.refreshTokenHash, hash);
      const isParent = equalsInConstantTime(session.parentRefreshTokenHash ?? "", hash);
      const reissued = isParent && this.reissueWithinGrace(context, found, decoded.secret);
      if (reissued) return toOutcome(reissued);
      if (isCurrent || (isParent && !hasReceivedTokens(session))) {
        const retryAfterSeconds = this.rotationLimiter.peek(session.id);
        if (retryAfterSeconds > 0) return { kind: "rate-limited", retryAfterSeconds };
        successor = await (isCurrent ? this.rotate(found, decoded.secret) : this.replaceSuccessor(context, found, decoded.secret));
        if (successor?.isCommitted) return toOutcome(this.countRotation(successor));
        // A concurrent request, or this one, may have rotated or ended the session: read it again.
      } else if (await this.endReused(context, session)) return { kind: "ended" };
    }
    throw new GatewayError("UNAVAILABLE", { retryAfterSeconds: 2 });
  }

  /** Of concurrent requests with the same token, only the one whose rotation succeeded is counted. */
  private countRotation({ tokens }: Successor): SessionTokens {
    this.rotationLimiter.consume(tokens.sessionId);
    return tokens;
  }

  private async rotate(found: LiveSession, secret: Buffer): Promise<Successor | null> {
    const { session } = found;
    let tokens: SessionTokens | null = null;
    // Evaluated when the statement is sent, not when it is queued, because the grace period starts at `rotatedAt`.
    const isCommitted = await this.repository.rotate(session, () => {
      const issued = this.issueSuccessor(found, secret);
      tokens = issued.tokens;
      return {
        ...issued.rotation,
        parentRefreshTokenHash: session.refreshTokenHash,
        parentSessionTokenHash: session.sessionTokenHash,
        parentSessionTokenExpiresAt: session.sessionTokenExpiresAt,
      };
    });
    return tokens && { tokens, isCommitted };
  }

  /** Replaces current tokens that the client has not received by others; null when a concurrent request changed the session. */
  private async replaceSuccessor(context: ApplicationContext, found: LiveSession, secret: Buffer): Promise<Successor | null> {
    const { session, user } = found;
    return await this.database.transaction(async (tx) => {
      const { tokens, rotation } = this.issueSuccessor(found, secret);
      if (!(await this.repository.replaceTokens(tx, session, rotation))) return null;
      await this.audit.success(actingAsUser(context, user), "REFRESH_ANSWER_REPEATED", { sessionId: session.id });
      return { tokens, isCommitted: true };
    });
  }

  private issueSuccessor({ application, session }: LiveSession, secret: Buffer) {
    const now = this.clock.now();
    const rotationNonce = randomToken();
    const expiries = expiriesAt(now, application, session.absoluteExpiresAt);
    const tokens = this.derive(application, { ...session, ...expiries }, secret, rotationNonce);
    const hashes = { refreshTokenHash: hashToken(tokens.refreshToken), sessionTokenHash: hashToken(tokens.sessionToken) };
    const rotation = { ...hashes, ...expiries, rotationNonce, rotatedAt: now, lastUsedAt: now } satisfies Partial<Rotation>;
    return { tokens, rotation };
  }

  /**
   * The same tokens as before, if the request arrived within the grace period. How long the gateway takes to look at it does not count:
   * a client that repeats a request without delay is in time, however slow the database is.
   */
  private reissueWithinGrace(context: ApplicationContext, { application, session }: LiveSession, secret: Buffer): SessionTokens | null {
    const { rotationNonce, rotatedAt } = session;
    if (!rotatedAt || !rotationNonce) return null;
    const now = this.clock.now().getTime();
    const arrivedAt = context.arrivedAt?.getTime() ?? now;
    const graceMs = application.settings.session.refreshGraceSeconds * 1000;
    // Clocks of different processes differ: `rotatedAt` may be in the future.
    const isInGrace = arrivedAt - rotatedAt.getTime() <= graceMs && rotatedAt.getTime() - now <= graceMs;
    return isInGrace ? this.derive(application, session, secret, rotationNonce) : null;
  }

  /** Ends a session because of refresh token reuse; false when the session was rotated since it was read. */
  private async endReused(context: ApplicationContext, session: CurrentSession): Promise<boolean> {
    const { applicationId, id: sessionId, userId, rotationNonce } = session;
    return await this.database.transaction(async (tx) => {
      const found = await this.repository.find(applicationId, sessionId);
      if (found && found.rotationNonce !== rotationNonce) return false;
      if (!(await this.repository.end(tx, applicationId, sessionId, "TOKEN_REUSED", this.clock.now()))) return true;
      await this.audit.failure(actingAsUser(context, { id: userId }), "REFRESH_TOKEN_REUSED", { sessionId });
      return true;
    });
  }

  private derive(application: Application, session: CurrentSession, secret: Buffer, nonce: string): SessionTokens {
    const token = (kind: "session" | "refresh") =>
      this.codec.encode(kind, application.id, session.id, this.codec.deriveSuccessorSecret(kind, secret, nonce));
    const { id: sessionId, sessionTokenExpiresAt, idleExpiresAt: sessionExpiresAt } = session;
    const tokens = { sessionToken: token("session"), sessionTokenExpiresAt, refreshToken: token("refresh") };
    return { sessionId, ...tokens, sessionExpiresAt, authentication: authenticationOf(session) };
  }
}

/** True for the hash of the session's current or previous refresh token. */
const isCurrentOrParentRefreshToken = ({ refreshTokenHash, parentRefreshTokenHash }: CurrentSession, hash: string) =>
  [refreshTokenHash, parentRefreshTokenHash].some((storedHash) => equalsInConstantTime(storedHash ?? "", hash));
