import type { Services } from "../../app/services.js";
import { sendCodeIfSmsOnly } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { deviceLogInKeys, logInKeys, networkFailureKeys, type RateLimitKey, type RateLimitName } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
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
/** Budgets of strangers: once they are used up the owner hears of it. */
const notifyingLimits: readonly RateLimitName[] = ["logInFromStrangersHourly", "logInFromStrangersDaily", "logInConsecutive"];

/** Log-in with a password. Known and unknown handles cost the same work, share the same budgets and get the same answer. */
export class LogInService {
  constructor(private readonly services: Services) {}

  async logIn(application: Application, command: LogInCommand, client: ClientInfo): Promise<SignInResult | Failure> {
    const { users, recognisedDevices, rateLimiter } = this.services;
    const email = canonicalEmail(command.handle);
    const user = email && (await users.findByHandle(application.id, email));
    const device = recognisedDevices.recognise(user, command.deviceToken);
    const account = { applicationId: application.id, parts: [email ?? command.handle] };
    const limitKeys = device
      ? deviceLogInKeys(application.id, email ?? command.handle, device)
      : [...logInKeys(application.id, email ?? command.handle, client), ...networkFailureKeys(client)];
    return await rateLimiter.limited(
      limitKeys,
      client,
      async (exhaustedLimits) => {
        const outcome = await this.check(application, user, command, device, client);
        if (outcome.kind !== "failure" && device) await rateLimiter.reset(consecutiveFailureKeys(account));
        else if (outcome.kind === "failure" && user && exhaustedLimits.some((name) => notifyingLimits.includes(name)))
          await this.notifyUser(application, user, account, client);
        return outcome;
      },
      // A suspended user's password was right; what else must be proved has budgets of its own.
      (outcome) => outcome.kind !== "failure" || outcome.code === "ACCOUNT_SUSPENDED",
    );
  }

  private async check(application: Application, user: User | null, command: LogInCommand, device: string | null, client: ClientInfo) {
    const verifiedHash = await this.services.passwords.verify(user, command.password);
    if (!user || !verifiedHash) return await this.recordFailure(application, user, "INVALID_CREDENTIALS", client, device);
    if (user.status === "SUSPENDED") return await this.recordFailure(application, user, "ACCOUNT_SUSPENDED", client);
    const decision = await this.completeWithPassword(application, user, verifiedHash, client);
    if (!decision) return await this.recordFailure(application, user, "INVALID_CREDENTIALS", client);
    const result = await this.services.signIn.toResult(application, decision, (device && command.deviceToken) ?? undefined);
    return await sendCodeIfSmsOnly(this.services, application, user, result, client);
  }

  /** Null when the password was changed or the user suspended while it was being checked. */
  private async completeWithPassword(application: Application, user: User, verifiedHash: PasswordHash, client: ClientInfo) {
    const { database, users, signIn, audit, clock } = this.services;
    return await database.transaction(async (tx) => {
      if (!(await users.recordLogIn(tx, user, verifiedHash.hash, clock.now()))) return null;
      const decision = await signIn.complete(tx, application, user, ["pwd"], client);
      if (decision.kind === "opened")
        await audit.record({ applicationId: application.id, event: "LOG_IN", outcome: "SUCCESS", actor: user.id, client });
      return decision;
    });
  }

  private async recordFailure(
    { id }: Application,
    user: User | null,
    code: "INVALID_CREDENTIALS" | "ACCOUNT_SUSPENDED",
    client: ClientInfo,
    device: string | null = null,
  ) {
    await this.services.audit.record({
      applicationId: id,
      event: "LOG_IN",
      outcome: "FAILURE",
      actor: user?.id ?? null,
      client,
      // Unlocking an account needs to know which of its devices waits.
      details: { code, ...(device === null ? {} : { device }) },
    });
    return failure(code);
  }

  /** At most one notice a day. */
  private async notifyUser(application: Application, user: User, account: RateLimitedAccount, client: ClientInfo): Promise<void> {
    const { rateLimiter, outbox, database } = this.services;
    const consumed = await rateLimiter.consume([{ ...account, limit: "guessingNotices" }], client);
    const isFirst = consumed.kind === "consumed" && consumed.exhausted.includes("guessingNotices");
    const { email, locale } = user;
    if (email && isFirst)
      await database.transaction((tx) =>
        outbox.queue(tx, { application, template: "passwordGuessing", to: email, locale, parameters: {} }),
      );
  }
}

const consecutiveFailureKeys = (account: RateLimitedAccount): RateLimitKey[] => [{ ...account, limit: "logInConsecutive" }];
