import type { Nouns } from "../../app/services.js";
import { withSecondFactorCode } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { type BudgetName, deviceSubjects, failuresFrom, logInSubjects, type Subject } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { Entry } from "../../domain/sessions/index.js";
import { canonicalEmail, type User } from "../../domain/users/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";

type Account = Pick<Subject, "parts"> & { readonly applicationId: string };
export interface LogInCommand {
  readonly handle: string;
  readonly password: string;
  readonly deviceToken: string | null;
}
/** Budgets of strangers: once they are used up the owner hears of it. */
const ownerHears: readonly BudgetName[] = ["logInFromStrangersHourly", "logInFromStrangersDaily", "logInConsecutive"];

/** Log-in with a password. Known and unknown handles cost the same work, share the same budgets and get the same answer. */
export class LogInService {
  constructor(private readonly nouns: Nouns) {}

  async logIn(application: Application, command: LogInCommand, origin: RequestOrigin): Promise<Entry | Failure> {
    const { users, knownDevices, throttle } = this.nouns;
    const email = canonicalEmail(command.handle);
    const user = email && (await users.findByHandle(application.id, email));
    const device = knownDevices.recognise(user, command.deviceToken);
    const account = { applicationId: application.id, parts: [email ?? command.handle] };
    const subjects = device
      ? deviceSubjects(application.id, email ?? command.handle, device)
      : [...logInSubjects(application.id, email ?? command.handle, origin), ...failuresFrom(origin)];
    return await throttle.guard(
      subjects,
      origin,
      async (exhausted) => {
        const outcome = await this.check(application, user, command, device, origin);
        if (outcome.kind !== "failure" && device) await throttle.clear(consecutive(account));
        else if (outcome.kind === "failure" && user && exhausted.some((name) => ownerHears.includes(name)))
          await this.tellOwner(application, user, account, origin);
        return outcome;
      },
      // A suspended user's password was right; what else must be proved has budgets of its own.
      (outcome) => outcome.kind !== "failure" || outcome.code === "ACCOUNT_SUSPENDED",
    );
  }

  private async check(application: Application, user: User | null, command: LogInCommand, device: string | null, origin: RequestOrigin) {
    const proved = await this.nouns.passwords.verify(user, command.password);
    if (!user || !proved) return await this.refuse(application, user, "INVALID_CREDENTIALS", origin, device);
    if (user.status === "SUSPENDED") return await this.refuse(application, user, "ACCOUNT_SUSPENDED", origin);
    const admitted = await this.admit(application, user, proved, origin);
    if (!admitted) return await this.refuse(application, user, "INVALID_CREDENTIALS", origin);
    const entry = await this.nouns.admission.answer(application, admitted, (device && command.deviceToken) ?? undefined);
    return await withSecondFactorCode(this.nouns, application, user, entry, origin);
  }

  /** Null when the password was changed or the user suspended while it was being checked. */
  private async admit(application: Application, user: User, proved: PasswordHash, origin: RequestOrigin) {
    const { database, users, admission, audit, clock } = this.nouns;
    return await database.transaction(async () => {
      if (!(await users.recordLogIn(user, proved.hash, clock.now()))) return null;
      const admitted = await admission.admit(application, user, ["pwd"], origin);
      if (admitted.kind === "opened")
        await audit.record({ applicationId: application.id, event: "LOG_IN", outcome: "SUCCESS", actor: user.id, origin });
      return admitted;
    });
  }

  private async refuse(
    { id }: Application,
    user: User | null,
    code: "INVALID_CREDENTIALS" | "ACCOUNT_SUSPENDED",
    origin: RequestOrigin,
    device: string | null = null,
  ) {
    await this.nouns.audit.record({
      applicationId: id,
      event: "LOG_IN",
      outcome: "FAILURE",
      actor: user?.id ?? null,
      origin,
      // Unlocking an account needs to know which of its devices waits.
      details: { code, ...(device === null ? {} : { device }) },
    });
    return failure(code);
  }

  /** At most one notice a day. */
  private async tellOwner(application: Application, user: User, account: Account, origin: RequestOrigin): Promise<void> {
    const { throttle, outbox, database } = this.nouns;
    const taken = await throttle.take([{ ...account, budget: "guessingNotices" }], origin);
    const isFirst = taken.kind === "taken" && taken.exhausted.includes("guessingNotices");
    const { email, locale } = user;
    if (email && isFirst)
      await database.transaction(() => outbox.queue({ application, template: "passwordGuessing", to: email, locale, parameters: {} }));
  }
}

const consecutive = (account: Account): Subject[] => [{ ...account, budget: "logInConsecutive" }];
