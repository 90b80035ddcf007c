import type { Nouns } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../../domain/authenticators/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { User } from "../../domain/users/index.js";
import { Refusal } from "../../platform/errors/index.js";

const BATCH = 100;
const LONGEST_REASON = 200;
/** Who acts with the secret key. */
const ACTOR = "application";

/** The way back for users who have lost their second factor and their recovery codes: whoever runs the application takes it away. */
export class SecondFactorsService {
  constructor(private readonly nouns: Nouns) {}

  /** @throws Refusal FORBIDDEN when there is no such user here, BAD_USER_INPUT for a reason that is none */
  async reset(application: Application, userId: string, reason: string, origin: RequestOrigin) {
    requireReason(reason);
    const user = await this.nouns.users.findById(application.id, userId);
    if (!user) throw new Refusal("FORBIDDEN");
    return { user, methods: await this.take(application, user, secondFactorMethods, reason, origin) };
  }

  /** Counts; takes away only when the caller has seen the count. @throws Refusal BAD_USER_INPUT */
  async resetAll(
    application: Application,
    method: SecondFactorMethodName,
    reason: string,
    confirmCount: number | null,
    origin: RequestOrigin,
  ): Promise<{ count: number; reset: number }> {
    requireReason(reason);
    const { secondFactors, audit } = this.nouns;
    const count = await secondFactors.countEnrolled(application.id, method);
    if (confirmCount !== count || count === 0) return { count, reset: 0 };
    let reset = 0;
    let after = "";
    for (;;) {
      const userIds = await secondFactors.listEnrolled(application.id, method, BATCH, after);
      for (const userId of userIds) if (await this.takeById(application, userId, method, reason, origin)) reset++;
      after = userIds.at(-1) ?? after;
      if (userIds.length < BATCH) break;
    }
    const details = { method, count, reset, reason };
    await audit.record({ applicationId: application.id, event: "SECOND_FACTORS_RESET", outcome: "SUCCESS", actor: ACTOR, origin, details });
    return { count, reset };
  }

  private async takeById(application: Application, userId: string, method: SecondFactorMethodName, reason: string, origin: RequestOrigin) {
    const user = await this.nouns.users.findById(application.id, userId);
    return user !== null && (await this.take(application, user, [method], reason, origin)).length > 0;
  }

  private async take(
    application: Application,
    user: User,
    methods: readonly SecondFactorMethodName[],
    reason: string,
    origin: RequestOrigin,
  ): Promise<readonly SecondFactorMethodName[]> {
    const { database, factorChanges } = this.nouns;
    const removal = { event: "SECOND_FACTOR_RESET", methods, actor: ACTOR, reason } as const;
    const removed = await database.transaction(() => factorChanges.remove(application, user, removal, origin));
    if (removed.length > 0) await factorChanges.forgetFailures(user);
    return removed;
  }
}

function requireReason(reason: string): void {
  const { length } = reason.trim();
  if (length < 1 || length > LONGEST_REASON) throw new Refusal("BAD_USER_INPUT", { path: "input.reason" });
}
