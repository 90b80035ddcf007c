import type { Clock } from "../../platform/clock.js";
import type { Application, ApplicationDirectory } from "../applications/index.js";
import type { Amr, Authentication } from "../jwt/index.js";
import type { User } from "../users/index.js";
import type { CurrentSession, SessionRepository } from "./session.repository.js";

/** The opaque tokens of a session in plain text, as returned to the client. */
export interface SessionTokens {
  readonly sessionId: string;
  readonly sessionToken: string;
  readonly sessionTokenExpiresAt: Date;
  readonly refreshToken: string;
  /** The session ends then unless it is refreshed; JWTs do not outlive it. */
  readonly sessionExpiresAt: Date;
  readonly authentication: Authentication;
}
/** A live session and its user. */
export interface AuthenticatedSession {
  readonly session: CurrentSession;
  readonly user: User;
}
/** Includes the application with its current settings. */
export interface LiveSession extends AuthenticatedSession {
  readonly application: Application;
}

/** Finds sessions that have neither ended nor expired. */
export class LiveSessions {
  constructor(
    private readonly repository: SessionRepository,
    private readonly directory: ApplicationDirectory,
    private readonly clock: Clock,
  ) {}

  /** Null unless the session is live and its user and application are active. */
  async find(application: Application, sessionId: string): Promise<LiveSession | null> {
    const found = await this.repository.findWithUser(application.id, sessionId);
    if (!found || !isLive(found.session, this.clock.now()) || found.user.status !== "ACTIVE") return null;
    const { session, user, settingsVersion } = found;
    const current = await this.directory.getAtVersion(application, settingsVersion);
    return current && { application: current, session, user };
  }
}

export const isLive = ({ endedAt, idleExpiresAt, absoluteExpiresAt }: CurrentSession, now: Date) =>
  endedAt === null && idleExpiresAt > now && absoluteExpiresAt > now;

/** Time and methods of the session's last authentication. */
export const authenticationOf = ({ authenticatedAt, amr }: CurrentSession): Authentication => ({
  authenticatedAt,
  amr: (amr ?? "pwd").split(" ") as Amr[],
});

/**
 * True once the client is known to have received the current tokens: their session token was used. Rotations set both times to the same
 * instant.
 */
export const hasReceivedTokens = ({ rotatedAt, lastUsedAt }: CurrentSession) => rotatedAt === null || lastUsedAt > rotatedAt;
