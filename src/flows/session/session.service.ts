import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import type { IssuedJwt } from "../../domain/jwt/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { type AuthenticatedSession, authenticationOf, type Grant } from "../../domain/sessions/index.js";
import type { User } from "../../domain/users/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";

/** What happens to a session between log-in and log-out. */
export class SessionService {
  constructor(private readonly nouns: Nouns) {}

  async refresh(application: Application, refreshToken: string, origin: RequestOrigin): Promise<Grant | Failure> {
    const outcome = await this.nouns.sessions.refresh(application, refreshToken, origin);
    if (outcome.kind === "ended") return failure("SESSION_ENDED");
    if (outcome.kind === "throttled") return failure("TOO_MANY_ATTEMPTS", { retryAfterSeconds: outcome.retryAfterSeconds });
    return await this.nouns.grants.grant(outcome.application, outcome.user, outcome.tokens);
  }

  /** @throws Refusal BAD_USER_INPUT for a profile that does not exist */
  async issueJwt(application: Application, { user, session }: AuthenticatedSession, profile: string | null): Promise<IssuedJwt> {
    if (profile !== null) throw new Refusal("BAD_USER_INPUT", { path: "input.profile" });
    return await this.nouns.jwtIssuer.issue(application, user, authenticationOf(session));
  }

  /** Ends the session of a session token, expired or not; 0 when it had ended before. @throws Refusal UNAUTHENTICATED */
  async logOut(application: Application, sessionToken: string | null, origin: RequestOrigin): Promise<number> {
    const { sessions, database, audit } = this.nouns;
    const session = sessionToken === null ? null : await sessions.findForLogOut(application, sessionToken);
    if (!session) throw new Refusal("UNAUTHENTICATED");
    return await database.transaction(async () => {
      if (!(await sessions.end(session, "LOG_OUT"))) return 0;
      await audit.record({ applicationId: application.id, event: "LOG_OUT", outcome: "SUCCESS", actor: session.userId, origin });
      return 1;
    });
  }

  /** Returns how many sessions ended. */
  async logOutEverywhere(user: User, origin: RequestOrigin): Promise<number> {
    const { sessions, database, audit } = this.nouns;
    return await database.transaction(async () => {
      const count = await sessions.endOfUser(user, "LOG_OUT");
      await audit.record({
        applicationId: user.applicationId,
        event: "LOG_OUT",
        outcome: "SUCCESS",
        actor: user.id,
        origin,
        details: { count },
      });
      return count;
    });
  }

  /** Returns 0 when the user has no such live session. */
  async revoke(user: User, sessionId: string, origin: RequestOrigin): Promise<number> {
    const { sessions, database, audit } = this.nouns;
    return await database.transaction(async () => {
      if (!(await sessions.endOwn(user, sessionId))) return 0;
      await audit.record({
        applicationId: user.applicationId,
        event: "LOG_OUT",
        outcome: "SUCCESS",
        actor: user.id,
        origin,
        details: { sessionId },
      });
      return 1;
    });
  }
}
