import type { Services } from "../../app/services.js";
import { eraseUser } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { lockoutKeys, secondFactorLockoutKeys } from "../../domain/rate-limiting/index.js";
import { applyMetadataChange, type Metadata, type User } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface ChangedOutcome {
  readonly kind: "changed";
  readonly user: User;
}
export interface EndedOutcome extends ChangedOutcome {
  readonly sessionsEnded: number;
}
type UserEvent = Parameters<Services["audit"]["success"]>[1];

/** Budgets forget failures after a day. */
const FAILURE_WINDOW_SECONDS = 86_400;
const MAX_FAILURES = 500;

/** What an application's back end does to its users. Everything that changes one begins by locking the row: what runs beside it waits. */
export class UserChangesService {
  constructor(private readonly services: Services) {}

  /**
   * Shuts a user out, from the next request on; whom they invited and who has not come yet stays out, too. Suspending twice does no harm.
   * @throws Refusal FORBIDDEN when the application has no such user
   */
  async suspend(context: ApplicationContext, id: string): Promise<EndedOutcome> {
    const { sessions, tokenChallenges, invitations, users } = this.services;
    return await this.withLockedUser(context, id, async (tx, user) => {
      const isChange = await users.setStatus(tx, user, "SUSPENDED");
      const sessionsEnded = await sessions.endByUser(tx, user, "SUSPENDED");
      await tokenChallenges.deleteByUser(tx, context.application.id, user.id);
      if (isChange) {
        await invitations.revokeByInviter(tx, context.application.id, user.id);
        await this.record(context, user, "USER_SUSPENDED");
        await this.services.outbox.notify(context, tx, user, "accountSuspended");
      }
      return { kind: "changed", user: { ...user, status: "SUSPENDED" }, sessionsEnded };
    });
  }

  /** Lets a suspended user in again. Activating twice does no harm. @throws Refusal FORBIDDEN when the application has no such user */
  async activate(context: ApplicationContext, id: string): Promise<ChangedOutcome> {
    return await this.withLockedUser(context, id, async (tx, user) => {
      if (await this.services.users.setStatus(tx, user, "ACTIVE")) {
        await this.record(context, user, "USER_ACTIVATED");
        await this.services.outbox.notify(context, tx, user, "accountActivated");
      }
      return { kind: "changed", user: { ...user, status: "ACTIVE" } };
    });
  }

  /**
   * Takes away every wait that wrong guesses at this account have brought: of strangers, of the networks they came from, of its known
   * devices, of reset codes and second factors. Waits of a whole network stay: other accounts, of other applications, rest on them.
   * @throws Refusal FORBIDDEN when the application has no such user
   */
  async unlock(context: ApplicationContext, id: string): Promise<ChangedOutcome> {
    const { users, audit, rateLimiter, clock } = this.services;
    const user = await users.findById(context.application.id, id);
    if (!user) throw new GatewayError("FORBIDDEN");
    const since = addSeconds(clock.now(), -FAILURE_WINDOW_SECONDS);
    const failures = await audit.listFailures(context.application.id, user.id, "LOG_IN", since, MAX_FAILURES);
    const addresses = [...new Set(failures.flatMap(({ address }) => address ?? []))];
    const devices = [...new Set(failures.flatMap(({ details: { device } }) => (typeof device === "string" ? device : [])))];
    const handleLimitKeys = user.email ? lockoutKeys(context.application.id, user.email, { addresses, devices }) : [];
    await rateLimiter.reset([...handleLimitKeys, ...secondFactorLockoutKeys(context.application.id, user.id)]);
    await this.record(context, user, "USER_UNLOCKED");
    return { kind: "changed", user };
  }

  /** Logs a user out everywhere. @throws Refusal FORBIDDEN when the application has no such user */
  async endSessions(context: ApplicationContext, id: string): Promise<EndedOutcome> {
    return await this.withLockedUser(context, id, async (tx, user) => {
      const sessionsEnded = await this.services.sessions.endByUser(tx, user, "REVOKED");
      // Half a log-in must not become a session afterwards.
      await this.services.tokenChallenges.deleteByUser(tx, context.application.id, user.id);
      await this.record(context, user, "USER_SESSIONS_ENDED");
      return { kind: "changed", user, sessionsEnded };
    });
  }

  /** Changes metadata of any authority. @throws Refusal FORBIDDEN when the application has no such user */
  async updateMetadata(context: ApplicationContext, id: string, changes: Metadata): Promise<ChangedOutcome | Failure> {
    const { users, jwtIssuer } = this.services;
    return await this.withLockedUser<ChangedOutcome | Failure>(context, id, async (tx, user) => {
      const outcome = applyMetadataChange(context.application.settings.metadata.fields, user.metadata, changes, "DEVELOPER");
      if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
      if (!jwtIssuer.fitsSizeLimit(context.application, user.email ?? "", outcome.metadata))
        return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
      await users.replaceMetadata(tx, user, outcome.metadata);
      await this.record(context, user, "USER_METADATA_SET");
      return { kind: "changed", user: { ...user, metadata: outcome.metadata } };
    });
  }

  /** Erases a user, and says goodbye. @throws Refusal FORBIDDEN when the application has no such user */
  async delete(context: ApplicationContext, id: string): Promise<{ userId: string; deletedAt: Date }> {
    const deletedAt = this.services.clock.now();
    return await this.withLockedUser(context, id, async (tx, user) => {
      await eraseUser(context, tx, this.services, user);
      return { userId: user.id, deletedAt };
    });
  }

  private async withLockedUser<T>(context: ApplicationContext, id: string, work: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    const { users, database } = this.services;
    return await database.transaction(async (tx) => {
      const user = await users.lock(tx, context.application.id, id);
      if (!user) throw new GatewayError("FORBIDDEN");
      return await work(tx, user);
    });
  }

  private async record(context: ApplicationContext, { id: userId }: User, event: UserEvent): Promise<void> {
    await this.services.audit.success(context, event, { userId });
  }
}
