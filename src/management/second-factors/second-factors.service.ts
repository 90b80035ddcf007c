import type { Services } from "../../app/services.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../../domain/authenticators/index.js";
import type { User } from "../../domain/users/index.js";
import { GatewayError } from "../../platform/errors/index.js";

const BATCH_SIZE = 100;
const MAX_REASON_LENGTH = 200;

type Dependencies = Pick<Services, "users" | "secondFactors" | "audit" | "database" | "secondFactorEnrollment">;

/** Resets by the application's back end, for users who have lost their second factor and their recovery codes. */
export class SecondFactorsService {
  constructor(private readonly services: Dependencies) {}

  /** @throws GatewayError FORBIDDEN if the application has no such user, BAD_USER_INPUT if the reason is empty or too long */
  async reset(context: ApplicationContext, userId: string, reason: string) {
    requireReason(reason);
    const user = await this.services.users.findById(context.application.id, userId);
    if (!user) throw new GatewayError("FORBIDDEN");
    return { user, methods: await this.remove(context, user, secondFactorMethods, reason) };
  }

  /** Resets nothing unless `confirmCount` is the number of enrolled users. @throws GatewayError BAD_USER_INPUT if the reason is invalid */
  async resetAll(
    context: ApplicationContext,
    method: SecondFactorMethodName,
    reason: string,
    confirmCount: number | null,
  ): Promise<{ count: number; reset: number }> {
    requireReason(reason);
    const { secondFactors, audit } = this.services;
    const count = await secondFactors.countEnrolled(context.application.id, method);
    if (confirmCount !== count || count === 0) return { count, reset: 0 };
    let reset = 0;
    let after = "";
    for (;;) {
      const userIds = await secondFactors.listEnrolledUserIds(context.application.id, method, BATCH_SIZE, after);
      for (const userId of userIds) if (await this.removeById(context, userId, method, reason)) reset++;
      after = userIds.at(-1) ?? after;
      if (userIds.length < BATCH_SIZE) break;
    }
    const details = { method, count, reset, reason };
    await audit.success(context, "SECOND_FACTORS_RESET", details);
    return { count, reset };
  }

  private async removeById(context: ApplicationContext, userId: string, method: SecondFactorMethodName, reason: string) {
    const user = await this.services.users.findById(context.application.id, userId);
    return user !== null && (await this.remove(context, user, [method], reason)).length > 0;
  }

  private async remove(
    context: ApplicationContext,
    user: User,
    methods: readonly SecondFactorMethodName[],
    reason: string,
  ): Promise<readonly SecondFactorMethodName[]> {
    const { database, secondFactorEnrollment } = this.services;
    const removal = { event: "SECOND_FACTOR_RESET", methods, reason } as const;
    const removed = await database.transaction((tx) => secondFactorEnrollment.remove(context, tx, user, removal));
    if (removed.length > 0) await secondFactorEnrollment.resetFailures(user);
    return removed;
  }
}

function requireReason(reason: string): void {
  const { length } = reason.trim();
  if (length < 1 || length > MAX_REASON_LENGTH) throw new GatewayError("BAD_USER_INPUT", { path: "input.reason" });
}
