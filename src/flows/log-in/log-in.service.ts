import type { Services } from "../../app/services.js";
import {
  type SentCode,
  type SmsCodeServices,
  sendCodeIfSmsOnly,
  sendSecondFactorCode,
  verifySecondFactor,
} from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { failureOnPasswordChange, type VerifiedUser } from "../../domain/authenticators/index.js";
import { deviceLogInKeys, logInKeys, networkFailureKeys, type RateLimitName } from "../../domain/rate-limiting/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import type { SecondFactorInput } from "../../domain/sign-in/index.js";
import { canonicalEmail, type User } from "../../domain/users/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

export interface LogInCommand {
  readonly handle: string;
  readonly password: string;
  readonly deviceToken: string | null;
}
/** Rate limits for devices that are not recognised: when one is exhausted, the user is notified. */
const notifyingLimits: readonly RateLimitName[] = ["logInFromStrangersHourly", "logInFromStrangersDaily", "logInConsecutive"];

type Dependencies = SmsCodeServices &
  Pick<
    Services,
    "hasher" | "recognisedDevices" | "passwords" | "signIn" | "audit" | "secondFactorVerification" | "tokenChallenges" | "secondFactors"
  >;

/** Log-in with a password. Known and unknown handles cause the same work, count against the same rate limits and get the same result. */
export class LogInService {
  constructor(private readonly services: Dependencies) {}

  async logIn(context: ApplicationContext, command: LogInCommand): Promise<SignInResult | Failure> {
    return await this.services.hasher.admit(() => this.attempt(context, command));
  }

  private async attempt(context: ApplicationContext, command: LogInCommand): Promise<SignInResult | Failure> {
    const { users, recognisedDevices, rateLimiter } = this.services;
    const email = canonicalEmail(command.handle);
    const user = email && (await users.findByHandle(context.application.id, email));
    const device = recognisedDevices.recognise(user, command.deviceToken);
    const applicationId = context.application.id;
    const handle = email ?? command.handle;
    const limitKeys = device
      ? deviceLogInKeys(applicationId, handle, device)
      : [...logInKeys(applicationId, handle, context.client), ...networkFailureKeys(context.client)];
    const limited = rateLimiter.limited<SignInResult | Failure>(
      context,
      limitKeys,
      async (exhaustedLimits) => {
        const outcome = await this.check(context, user, command, device);
        if (outcome.kind !== "failure" && device) await rateLimiter.reset([{ applicationId, limit: "logInConsecutive", parts: [handle] }]);
        else if (outcome.kind === "failure" && user && exhaustedLimits.some((name) => notifyingLimits.includes(name)))
          await this.services.signIn.notifyOfGuessing(context, user, [handle], "passwordGuessing");
        return outcome;
      },
      // The password was correct in these cases; a second factor has separate rate limits.
      (outcome) => outcome.kind !== "failure" || outcome.code === "ACCOUNT_SUSPENDED",
    );
    return await limited.catch(failureOnPasswordChange);
  }

  /** The second half of a log-in: the second factor is proved, and the session opens. */
  async complete(context: ApplicationContext, token: string, proof: SecondFactorInput): Promise<SignInResult | Failure> {
    const { signIn } = this.services;
    const challenge = { purpose: "LOG_IN", sessionId: null, token } as const;
    const outcome = await verifySecondFactor(context, this.services, challenge, proof, (tx, user, amr) =>
      signIn.openSession(context, tx, user, amr),
    );
    return outcome.kind === "failure" ? outcome : await signIn.toResult(context.application, outcome.result);
  }

  async sendCode(context: ApplicationContext, token: string): Promise<SentCode | Failure> {
    return await sendSecondFactorCode(context, this.services, token);
  }

  private async check(context: ApplicationContext, user: User | null, command: LogInCommand, device: string | null) {
    const { passwords } = this.services;
    const decision = await passwords.withVerified(user, command.password, context.client.hasDisconnected, (verified) =>
      this.completeWithPassword(context, verified),
    );
    if (!user || !decision) return await this.recordFailure(context, user, "INVALID_CREDENTIALS", device);
    if (decision.kind === "suspended") return await this.recordFailure(context, user, "ACCOUNT_SUSPENDED");
    const result = await this.services.signIn.toResult(context.application, decision, (device && command.deviceToken) ?? undefined);
    return await sendCodeIfSmsOnly(context, this.services, user, result);
  }

  /** Null if the password was changed or the user was suspended during the verification. */
  private async completeWithPassword(context: ApplicationContext, user: VerifiedUser) {
    if (user.status === "SUSPENDED") return { kind: "suspended" } as const;
    const { database, users, signIn, audit, clock } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await users.recordLogIn(tx, user, user.password.hash, clock.now()))) return null;
      const decision = await signIn.complete(context, tx, user, ["pwd"]);
      if (decision.kind === "opened") await audit.success(actingAsUser(context, user), "LOG_IN");
      return decision;
    });
  }

  private async recordFailure(
    context: ApplicationContext,
    user: User | null,
    code: "INVALID_CREDENTIALS" | "ACCOUNT_SUSPENDED",
    device: string | null = null,
  ) {
    // Unlocking an account needs to know which of its recognised devices are rate-limited.
    const details = { code, ...(device === null ? {} : { device }) };
    await this.services.audit.failure(user ? actingAsUser(context, user) : context, "LOG_IN", details);
    return failure(code);
  }
}
