import type { Nouns } from "../../app/services.js";
import { proveSecondFactor, withSecondFactorCode } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { sessionPasswordAttempts } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession, SecondFactorNeeded } from "../../domain/sessions/index.js";
import type { GivenProof } from "../../domain/sign-in/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface ProvedOutcome {
  readonly kind: "proved";
  readonly until: Date;
}

/** The one step-up: proves again who is there, before something that cannot be undone. */
export class ReauthenticationService {
  constructor(private readonly nouns: Nouns) {}

  async proveByPassword(
    application: Application,
    who: AuthenticatedSession,
    password: string,
    origin: RequestOrigin,
  ): Promise<ProvedOutcome | SecondFactorNeeded | Failure> {
    const { throttle, passwords, admission, users, sessions, database, audit } = this.nouns;
    const { user, session } = who;
    const record = (outcome: "SUCCESS" | "FAILURE") =>
      audit.record({ applicationId: application.id, event: "REAUTHENTICATED", outcome, actor: user.id, origin });
    const outcome = await throttle.guard<ProvedOutcome | SecondFactorNeeded | Failure>(
      sessionPasswordAttempts(application.id, user.id, session.id),
      origin,
      async () => {
        const proved = await passwords.verify(user, password);
        const refused = async () => {
          await record("FAILURE");
          return failure("INVALID_CREDENTIALS");
        };
        if (!proved) return await refused();
        return await database.transaction(async () => {
          if (!(await users.lockUnchanged({ ...user, password: proved }))) return await refused();
          const needed = await admission.stepUp(application, who, origin);
          if (needed) return needed;
          await record("SUCCESS");
          return { kind: "proved", until: await sessions.noteProof(session, ["pwd"]) };
        });
      },
      ({ kind }) => kind !== "failure",
    );
    if (outcome.kind !== "second factor needed") return outcome;
    return await withSecondFactorCode(this.nouns, application, user, outcome, origin);
  }

  /** The challenge answers for the session it was made in, and for no other. */
  async proveBySecondFactor(
    application: Application,
    { session }: AuthenticatedSession,
    token: string,
    proof: GivenProof,
    origin: RequestOrigin,
  ): Promise<ProvedOutcome | Failure> {
    const { sessions, audit } = this.nouns;
    const challenge = { name: "REAUTHENTICATION", sessionId: session.id, token } as const;
    const outcome = await proveSecondFactor(this.nouns, application, challenge, proof, origin, async (user, amr) => {
      const entry = { applicationId: application.id, event: "REAUTHENTICATED", outcome: "SUCCESS", actor: user.id } as const;
      await audit.record({ ...entry, origin, details: { amr } });
      return await sessions.noteProof(session, amr);
    });
    return outcome.kind === "failure" ? outcome : { kind: "proved", until: outcome.effect };
  }
}
