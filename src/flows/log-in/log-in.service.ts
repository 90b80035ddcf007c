import type { Services } from "../../app/services.js";
import { type SmsCodeServices, sendCodeIfSmsOnly } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { deviceLogInKeys, logInKeys, networkFailureKeys, type RateLimitKey, type RateLimitName } from "../../domain/rate-limiting/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type User } from "../../domain/users/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

type RateLimitedAccount = Pick<RateLimitKey, "parts"> & { readonly applicationId: string };
export interface LogInCommand {
  readonly handle: string;
  readonly password: string;
  readonly deviceToken: string | null;
}
/** Rate limits for devices that are not recognised: when one is exhausted, the user is notified. */
const notifyingLimits: readonly RateLimitName[] = ["logInFromStrangersHourly", "logInFromStrangersDaily", "logInConsecutive"];

type Dependencies = Pick<Services, "recognisedDevices" | "passwords" | "signIn" | "audit"> & SmsCodeServices;

/** Log-in with a password. Known and unknown handles cause the same work, count against the same rate limits and get the same result. */
export class LogInService {
  constructor(private readonly services: Dependencies) {}

  async logIn(context: ApplicationContext, command: LogInCommand): Promise<SignInResult | Failure> {
    const { users, recognisedDevices, rateLimiter } = this.services;
    const email = canonicalEmail(command.handle);
    const user = email && (await users.findByHandle(context.application.id, email));
    const device = recognisedDevices.recognise(user, command.deviceToken);
    const account = { applicationId: context.application.id, parts: [email ?? command.handle] };
    const limitKeys = device
      ? deviceLogInKeys(context.application.id, email ?? command.handle, device)
      : [...logInKeys(context.application.id, email ?? command.handle, context.client), ...networkFailureKeys(context.client)];
    return await rateLimiter.limited(
      context,
      limitKeys,
      async (exhaustedLimits) => {
        const outcome = await this.check(context, user, command, device);
        if (outcome.kind !== "failure" && device) await rateLimiter.reset(consecutiveFailureKeys(account));
        else if (outcome.kind === "failure" && user && exhaustedLimits.some((name) => notifyingLimits.includes(name)))
          await this.notifyUser(context, user, account);
        return outcome;
      },
      // The password was correct in these cases; a second factor has separate rate limits.
      (outcome) => outcome.kind !== "failure" || outcome.code === "ACCOUNT_SUSPENDED",
    );
  }

  private async check(context: ApplicationContext, user: User | null, command: LogInCommand, device: string | null) {
    const verifiedHash = await this.services.passwords.verify(user, command.password);
    if (!user || !verifiedHash) return await this.recordFailure(context, user, "INVALID_CREDENTIALS", device);
    if (user.status === "SUSPENDED") return await this.recordFailure(context, user, "ACCOUNT_SUSPENDED");
    const decision = await this.completeWithPassword(context, user, verifiedHash);
    if (!decision) return await this.recordFailure(context, user, "INVALID_CREDENTIALS");
    const result = await this.services.signIn.toResult(context.application, decision, (device && command.deviceToken) ?? undefined);
    return await sendCodeIfSmsOnly(context, this.services, user, result);
  }

  /** Null if the password was changed or the user was suspended during the verification. */
  private async completeWithPassword(context: ApplicationContext, user: User, verifiedHash: PasswordHash) {
    const { database, users, signIn, audit, clock } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await users.recordLogIn(tx, user, verifiedHash.hash, clock.now()))) return null;
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

  /** At most one notice a day. */
  private async notifyUser(context: ApplicationContext, user: User, account: RateLimitedAccount): Promise<void> {
    const { rateLimiter, outbox, database } = this.services;
    const consumed = await rateLimiter.consume(context, [{ ...account, limit: "guessingNotices" }]);
    const isFirst = consumed.kind === "consumed" && consumed.exhausted.includes("guessingNotices");
    if (isFirst) await database.transaction((tx) => outbox.notify(context, tx, user, "passwordGuessing"));
  }
}

const consecutiveFailureKeys = (account: RateLimitedAccount): RateLimitKey[] => [{ ...account, limit: "logInConsecutive" }];
