import type { Services } from "../../app/services.js";
import type { Application } from "../../domain/applications/index.js";
import { type SecondFactorMethodName, secondFactorMethods } from "../../domain/authenticators/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { User } from "../../domain/users/index.js";
import { GatewayError } from "../../platform/errors/index.js";

const BATCH_SIZE = 100;
const MAX_REASON_LENGTH = 200;
/** Who acts with the secret key. */
const ACTOR = "application";

/** The way back for users who have lost their second factor and their recovery codes: whoever runs the application takes it away. */
export class SecondFactorsService {
  constructor(private readonly services: Services) {}

  /** @throws Refusal FORBIDDEN when there is no such user here, BAD_USER_INPUT for a reason that is none */
  async reset(application: Application, userId: string, reason: string, client: ClientInfo) {
    requireReason(reason);
    const user = await this.services.users.findById(application.id, userId);
    if (!user) throw new GatewayError("FORBIDDEN");
    return { user, methods: await this.remove(application, user, secondFactorMethods, reason, client) };
  }

  /** Counts; takes away only when the caller has seen the count. @throws Refusal BAD_USER_INPUT */
  async resetAll(
    application: Application,
    method: SecondFactorMethodName,
    reason: string,
    confirmCount: number | null,
    client: ClientInfo,
  ): Promise<{ count: number; reset: number }> {
    requireReason(reason);
    const { secondFactors, audit } = this.services;
    const count = await secondFactors.countEnrolled(application.id, method);
    if (confirmCount !== count || count === 0) return { count, reset: 0 };
    let reset = 0;
    let after = "";
    for (;;) {
      const userIds = await secondFactors.listEnrolledUserIds(application.id, method, BATCH_SIZE, after);
      for (const userId of userIds) if (await this.removeById(application, userId, method, reason, client)) reset++;
      after = userIds.at(-1) ?? after;
      if (userIds.length < BATCH_SIZE) break;
    }
    const details = { method, count, reset, reason };
    await audit.record({ applicationId: application.id, event: "SECOND_FACTORS_RESET", outcome: "SUCCESS", actor: ACTOR, client, details });
    return { count, reset };
  }

  private async removeById(application: Application, userId: string, method: SecondFactorMethodName, reason: string, client: ClientInfo) {
    const user = await this.services.users.findById(application.id, userId);
    return user !== null && (await this.remove(application, user, [method], reason, client)).length > 0;
  }

  private async remove(
    application: Application,
    user: User,
    methods: readonly SecondFactorMethodName[],
    reason: string,
    client: ClientInfo,
  ): Promise<readonly SecondFactorMethodName[]> {
    const { database, secondFactorEnrollment } = this.services;
    const removal = { event: "SECOND_FACTOR_RESET", methods, actor: ACTOR, reason } as const;
    const removed = await database.transaction((tx) => secondFactorEnrollment.remove(tx, application, user, removal, client));
    if (removed.length > 0) await secondFactorEnrollment.resetFailures(user);
    return removed;
  }
}

function requireReason(reason: string): void {
  const { length } = reason.trim();
  if (length < 1 || length > MAX_REASON_LENGTH) throw new GatewayError("BAD_USER_INPUT", { path: "input.reason" });
}
