import type { Services } from "../../app/services.js";
import { type SmsCodeServices, sendCodeIfSmsOnly, verifySecondFactor } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { failureOnPasswordChange, type VerifiedUser } from "../../domain/authenticators/index.js";
import { sessionPasswordKeys } from "../../domain/rate-limiting/index.js";
import type { AuthenticatedSession, RequiresSecondFactor } from "../../domain/sessions/index.js";
import type { SecondFactorInput } from "../../domain/sign-in/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface ReauthenticatedOutcome {
  readonly kind: "verified";
  readonly until: Date;
}

type Dependencies = Pick<Services, "hasher" | "passwords" | "signIn" | "sessions" | "audit" | "secondFactorVerification"> & SmsCodeServices;

/** Step-up authentication within a session, which sensitive operations require. */
export class ReauthenticationService {
  constructor(private readonly services: Dependencies) {}

  async reauthenticateWithPassword(
    context: ApplicationContext,
    caller: AuthenticatedSession,
    password: string,
  ): Promise<ReauthenticatedOutcome | RequiresSecondFactor | Failure> {
    const { rateLimiter, passwords, hasher, audit } = this.services;
    const { user, session } = caller;
    const limited = () =>
      rateLimiter.limited<ReauthenticatedOutcome | RequiresSecondFactor | Failure>(
        context,
        sessionPasswordKeys(context.application.id, user.id, session.id),
        async () => {
          const verified = await passwords.withVerified(user, password, context.client.hasDisconnected, (current) =>
            this.completeWithPassword(context, caller, current),
          );
          if (verified) return verified;
          await audit.failure(context, "REAUTHENTICATED");
          return failure("INVALID_CREDENTIALS");
        },
        ({ kind }) => kind !== "failure",
      );
    const outcome = await hasher.admit(limited).catch(failureOnPasswordChange);
    if (outcome.kind !== "second-factor-required") return outcome;
    return await sendCodeIfSmsOnly(context, this.services, user, outcome);
  }

  /** Null if the password is no longer the verified one. */
  private async completeWithPassword(
    context: ApplicationContext,
    caller: AuthenticatedSession,
    verified: VerifiedUser,
  ): Promise<ReauthenticatedOutcome | RequiresSecondFactor | null> {
    const { signIn, users, sessions, database, audit } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await users.lockIfUnchanged(tx, verified))) return null;
      const secondFactorRequired = await signIn.stepUp(context, tx, caller);
      if (secondFactorRequired) return secondFactorRequired;
      await audit.success(context, "REAUTHENTICATED");
      return { kind: "verified", until: await sessions.recordReauthentication(tx, caller.session, ["pwd"]) };
    });
  }

  /** The challenge is only valid in the session that it was issued for. */
  async reauthenticateWithSecondFactor(
    context: ApplicationContext,
    { session }: AuthenticatedSession,
    token: string,
    proof: SecondFactorInput,
  ): Promise<ReauthenticatedOutcome | Failure> {
    const { sessions, audit } = this.services;
    const challenge = { purpose: "REAUTHENTICATION", sessionId: session.id, token } as const;
    const outcome = await verifySecondFactor(context, this.services, challenge, proof, async (tx, _user, amr) => {
      await audit.success(context, "REAUTHENTICATED", { amr });
      return await sessions.recordReauthentication(tx, session, amr);
    });
    return outcome.kind === "failure" ? outcome : { kind: "verified", until: outcome.result };
  }
}
