import { addSeconds, type Clock } from "../../platform/clock.js";
import { equalsInConstantTime, hashToken, randomId } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { Application, ApplicationContext, ApplicationDirectory } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { Amr } from "../jwt/index.js";
import type { User } from "../users/index.js";
import { authenticationOf, hasReceivedTokens, isLive, type LiveSession, LiveSessions, type SessionTokens } from "./live-sessions.js";
import type { SessionEntity } from "./session.entity.js";
import type { CurrentSession, EndReason, SessionRepository } from "./session.repository.js";
import { absoluteExpiryAt, expiriesAt } from "./session-expiry.js";
import { type RefreshOutcome, SessionRefresh } from "./session-refresh.js";
import type { TokenCodec } from "./token-codec.js";

/** How long an authentication permits sensitive operations. */
export const REAUTHENTICATION_MAX_AGE_SECONDS = 300;
const MAX_USER_AGENT_LENGTH = 256;

/** Sessions are opened at log-in and refreshed by token rotation; an ended session cannot be resumed. */
export class Sessions {
  private readonly liveSessions = new LiveSessions(this.repository, this.directory, this.clock);
  private readonly sessionRefresh = new SessionRefresh(
    this.repository,
    this.liveSessions,
    this.codec,
    this.audit,
    this.database,
    this.clock,
  );
  /** Ids of sessions whose first use is being recorded. */
  private readonly recordingUse = new Set<string>();

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
    const absoluteExpiresAt = absoluteExpiryAt(now, context.application);
    const { idleExpiresAt, sessionTokenExpiresAt } = expiriesAt(now, context.application, absoluteExpiresAt);
    const tokens = {
      sessionId: id,
      sessionToken: this.codec.encode("session", context.application.id, id),
      sessionTokenExpiresAt,
      refreshToken: this.codec.encode("refresh", context.application.id, id),
      sessionExpiresAt: idleExpiresAt,
      authentication: { authenticatedAt: now, amr },
    };
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
      sessionTokenExpiresAt,
      parentRefreshTokenHash: null,
      parentSessionTokenHash: null,
      parentSessionTokenExpiresAt: null,
      rotationNonce: null,
      rotatedAt: null,
      idleExpiresAt,
      absoluteExpiresAt,
      endedAt: null,
      endReason: null,
    });
    return tokens;
  }

  /** The live session of a session token with its active user and application; null when any of them is not. */
  async authenticate(application: Application, sessionToken: string): Promise<LiveSession | null> {
    const decoded = this.codec.decode("session", application.id, sessionToken);
    const found = decoded && (await this.liveSessions.find(application, decoded.sessionId));
    const hash = hashToken(sessionToken);
    if (!found || !acceptsSessionToken(found.session, hash, this.clock.now())) return null;
    this.recordFirstUse(found.session, hash);
    return found;
  }

  /** Exchanges a refresh token; see SessionRefresh. */
  async refresh(context: ApplicationContext, refreshToken: string): Promise<RefreshOutcome> {
    return await this.sessionRefresh.refresh(context, refreshToken);
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

  /**
   * Records that the client has received the current tokens: from then on, the previous refresh token is not exchanged again. The request
   * does not wait for it; if it fails, the next request repeats it.
   */
  private recordFirstUse(session: CurrentSession, hash: string): void {
    const { id, sessionTokenHash, rotatedAt } = session;
    if (hasReceivedTokens(session) || this.recordingUse.has(id) || !equalsInConstantTime(sessionTokenHash, hash)) return;
    this.recordingUse.add(id);
    // The clock of the process that rotated the tokens may be ahead.
    const usedAt = new Date(Math.max(this.clock.now().getTime(), (rotatedAt?.getTime() ?? 0) + 1));
    this.repository
      .recordUse(session, usedAt)
      .catch(() => {})
      .finally(() => this.recordingUse.delete(id));
  }
}

function acceptsSessionToken(session: CurrentSession, hash: string, now: Date): boolean {
  if (equalsInConstantTime(session.sessionTokenHash, hash)) return session.sessionTokenExpiresAt > now;
  const { parentSessionTokenHash, parentSessionTokenExpiresAt } = session;
  return (
    equalsInConstantTime(parentSessionTokenHash ?? "", hash) && parentSessionTokenExpiresAt !== null && parentSessionTokenExpiresAt > now
  );
}
