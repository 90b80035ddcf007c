import type { Services } from "../../app/services.js";
import { sendCodeIfSmsOnly, verifySecondFactor } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { sessionPasswordKeys } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { AuthenticatedSession, RequiresSecondFactor } from "../../domain/sessions/index.js";
import type { SecondFactorInput } from "../../domain/sign-in/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface ReauthenticatedOutcome {
  readonly kind: "verified";
  readonly until: Date;
}

/** The one step-up: proves again who is there, before something that cannot be undone. */
export class ReauthenticationService {
  constructor(private readonly services: Services) {}

  async reauthenticateWithPassword(
    application: Application,
    caller: AuthenticatedSession,
    password: string,
    client: ClientInfo,
  ): Promise<ReauthenticatedOutcome | RequiresSecondFactor | Failure> {
    const { rateLimiter, passwords, signIn, users, sessions, database, audit } = this.services;
    const { user, session } = caller;
    const record = (outcome: "SUCCESS" | "FAILURE") =>
      audit.record({ applicationId: application.id, event: "REAUTHENTICATED", outcome, actor: user.id, client });
    const outcome = await rateLimiter.limited<ReauthenticatedOutcome | RequiresSecondFactor | Failure>(
      sessionPasswordKeys(application.id, user.id, session.id),
      client,
      async () => {
        const verifiedHash = await passwords.verify(user, password);
        const reject = async () => {
          await record("FAILURE");
          return failure("INVALID_CREDENTIALS");
        };
        if (!verifiedHash) return await reject();
        return await database.transaction(async (tx) => {
          if (!(await users.lockIfUnchanged(tx, { ...user, password: verifiedHash }))) return await reject();
          const secondFactorRequired = await signIn.stepUp(tx, application, caller, client);
          if (secondFactorRequired) return secondFactorRequired;
          await record("SUCCESS");
          return { kind: "verified", until: await sessions.recordReauthentication(tx, session, ["pwd"]) };
        });
      },
      ({ kind }) => kind !== "failure",
    );
    if (outcome.kind !== "second-factor-required") return outcome;
    return await sendCodeIfSmsOnly(this.services, application, user, outcome, client);
  }

  /** The challenge answers for the session it was made in, and for no other. */
  async reauthenticateWithSecondFactor(
    application: Application,
    { session }: AuthenticatedSession,
    token: string,
    proof: SecondFactorInput,
    client: ClientInfo,
  ): Promise<ReauthenticatedOutcome | Failure> {
    const { sessions, audit } = this.services;
    const challenge = { purpose: "REAUTHENTICATION", sessionId: session.id, token } as const;
    const outcome = await verifySecondFactor(this.services, application, challenge, proof, client, async (tx, user, amr) => {
      const auditEvent = { applicationId: application.id, event: "REAUTHENTICATED", outcome: "SUCCESS", actor: user.id } as const;
      await audit.record({ ...auditEvent, client, details: { amr } });
      return await sessions.recordReauthentication(tx, session, amr);
    });
    return outcome.kind === "failure" ? outcome : { kind: "verified", until: outcome.result };
  }
}
