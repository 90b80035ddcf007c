import type { Services } from "../../app/services.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import type { IssuedJwt } from "../../domain/jwt/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import { type AuthenticatedSession, authenticationOf, type IssuedTokens } from "../../domain/sessions/index.js";
import type { User } from "../../domain/users/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

type Dependencies = Pick<Services, "sessions" | "tokenIssuer" | "jwtIssuer" | "database" | "audit">;

/** Refreshing and ending sessions, and issuing JWTs in them. */
export class SessionService {
  constructor(private readonly services: Dependencies) {}

  async refresh(context: ApplicationContext, refreshToken: string): Promise<IssuedTokens | Failure> {
    const outcome = await this.services.sessions.refresh(context, refreshToken);
    if (outcome.kind === "ended") return failure("SESSION_ENDED");
    if (outcome.kind === "rate-limited") return failure("TOO_MANY_ATTEMPTS", { retryAfterSeconds: outcome.retryAfterSeconds });
    return await this.services.tokenIssuer.issue(outcome.application, outcome.user, outcome.tokens);
  }

  /** @throws GatewayError BAD_USER_INPUT for a profile that does not exist */
  async issueJwt(application: Application, { user, session }: AuthenticatedSession, profile: string | null): Promise<IssuedJwt> {
    if (profile !== null) throw new GatewayError("BAD_USER_INPUT", { path: "input.profile" });
    return await this.services.jwtIssuer.issue(application, user, authenticationOf(session), session.idleExpiresAt);
  }

  /** Ends the session of a session token, even an expired one; returns 0 if it had already ended. @throws GatewayError UNAUTHENTICATED */
  async logOut(context: ApplicationContext, sessionToken: string | null): Promise<number> {
    const { sessions, database, audit } = this.services;
    const session = sessionToken === null ? null : await sessions.findForLogOut(context.application, sessionToken);
    if (!session) throw new GatewayError("UNAUTHENTICATED");
    return await database.transaction(async (tx) => {
      if (!(await sessions.end(tx, session, "LOG_OUT"))) return 0;
      await audit.success(actingAsUser(context, { id: session.userId }), "LOG_OUT");
      return 1;
    });
  }

  /** Returns the number of ended sessions. */
  async logOutEverywhere(context: ApplicationContext, user: User): Promise<number> {
    const { sessions, database, audit } = this.services;
    return await database.transaction(async (tx) => {
      const count = await sessions.endByUser(tx, user, "LOG_OUT");
      await audit.success(context, "LOG_OUT", { count });
      return count;
    });
  }

  /** Returns 0 when the user has no such live session. */
  async revoke(context: ApplicationContext, user: User, sessionId: string): Promise<number> {
    const { sessions, database, audit } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await sessions.endOwn(tx, user, sessionId))) return 0;
      await audit.success(context, "LOG_OUT", { sessionId });
      return 1;
    });
  }
}
