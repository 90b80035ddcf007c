import type { Services } from "../../app/services.js";
import { eraseUser } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { BACK_END } from "../../domain/audit/index.js";
import { lockoutKeys, secondFactorLockoutKeys } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
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
type UserEvent = Parameters<Services["audit"]["record"]>[0]["event"];

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
  async suspend(application: Application, id: string, client: ClientInfo): Promise<EndedOutcome> {
    const { sessions, tokenChallenges, invitations, users } = this.services;
    return await this.withLockedUser(application, id, async (tx, user) => {
      const isChange = await users.setStatus(tx, user, "SUSPENDED");
      const sessionsEnded = await sessions.endByUser(tx, user, "SUSPENDED");
      await tokenChallenges.deleteByUser(tx, application.id, user.id);
      if (isChange) {
        await invitations.revokeByInviter(tx, application.id, user.id);
        await this.record(user, "USER_SUSPENDED", client);
        await this.notify(tx, application, user, "accountSuspended");
      }
      return { kind: "changed", user: { ...user, status: "SUSPENDED" }, sessionsEnded };
    });
  }

  /** Lets a suspended user in again. Activating twice does no harm. @throws Refusal FORBIDDEN when the application has no such user */
  async activate(application: Application, id: string, client: ClientInfo): Promise<ChangedOutcome> {
    return await this.withLockedUser(application, id, async (tx, user) => {
      if (await this.services.users.setStatus(tx, user, "ACTIVE")) {
        await this.record(user, "USER_ACTIVATED", client);
        await this.notify(tx, application, user, "accountActivated");
      }
      return { kind: "changed", user: { ...user, status: "ACTIVE" } };
    });
  }

  /**
   * Takes away every wait that wrong guesses at this account have brought: of strangers, of the networks they came from, of its known
   * devices, of reset codes and second factors. Waits of a whole network stay: other accounts, of other applications, rest on them.
   * @throws Refusal FORBIDDEN when the application has no such user
   */
  async unlock(application: Application, id: string, client: ClientInfo): Promise<ChangedOutcome> {
    const { users, audit, rateLimiter, clock } = this.services;
    const user = await users.findById(application.id, id);
    if (!user) throw new GatewayError("FORBIDDEN");
    const since = addSeconds(clock.now(), -FAILURE_WINDOW_SECONDS);
    const failures = await audit.listFailures(application.id, user.id, "LOG_IN", since, MAX_FAILURES);
    const addresses = [...new Set(failures.flatMap(({ address }) => address ?? []))];
    const devices = [...new Set(failures.flatMap(({ details: { device } }) => (typeof device === "string" ? device : [])))];
    const handleLimitKeys = user.email ? lockoutKeys(application.id, user.email, { addresses, devices }) : [];
    await rateLimiter.reset([...handleLimitKeys, ...secondFactorLockoutKeys(application.id, user.id)]);
    await this.record(user, "USER_UNLOCKED", client);
    return { kind: "changed", user };
  }

  /** Logs a user out everywhere. @throws Refusal FORBIDDEN when the application has no such user */
  async endSessions(application: Application, id: string, client: ClientInfo): Promise<EndedOutcome> {
    return await this.withLockedUser(application, id, async (tx, user) => {
      const sessionsEnded = await this.services.sessions.endByUser(tx, user, "REVOKED");
      // Half a log-in must not become a session afterwards.
      await this.services.tokenChallenges.deleteByUser(tx, application.id, user.id);
      await this.record(user, "USER_SESSIONS_ENDED", client);
      return { kind: "changed", user, sessionsEnded };
    });
  }

  /** Changes metadata of any authority. @throws Refusal FORBIDDEN when the application has no such user */
  async updateMetadata(application: Application, id: string, changes: Metadata, client: ClientInfo): Promise<ChangedOutcome | Failure> {
    const { users, jwtIssuer } = this.services;
    return await this.withLockedUser<ChangedOutcome | Failure>(application, id, async (tx, user) => {
      const outcome = applyMetadataChange(application.settings.metadata.fields, user.metadata, changes, "DEVELOPER");
      if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
      if (!jwtIssuer.fitsSizeLimit(application, user.email ?? "", outcome.metadata))
        return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
      await users.replaceMetadata(tx, user, outcome.metadata);
      await this.record(user, "USER_METADATA_SET", client);
      return { kind: "changed", user: { ...user, metadata: outcome.metadata } };
    });
  }

  /** Erases a user, and says goodbye. @throws Refusal FORBIDDEN when the application has no such user */
  async delete(application: Application, id: string, client: ClientInfo): Promise<{ userId: string; deletedAt: Date }> {
    const deletedAt = this.services.clock.now();
    return await this.withLockedUser(application, id, async (tx, user) => {
      await eraseUser(tx, this.services, application, user, client, BACK_END);
      return { userId: user.id, deletedAt };
    });
  }

  private async withLockedUser<T>(
    { id: applicationId }: Application,
    id: string,
    work: (tx: Transaction, user: User) => Promise<T>,
  ): Promise<T> {
    const { users, database } = this.services;
    return await database.transaction(async (tx) => {
      const user = await users.lock(tx, applicationId, id);
      if (!user) throw new GatewayError("FORBIDDEN");
      return await work(tx, user);
    });
  }

  private async record({ applicationId, id }: User, event: UserEvent, client: ClientInfo): Promise<void> {
    const details = { userId: id };
    await this.services.audit.record({ applicationId, event, outcome: "SUCCESS", actor: BACK_END, client, details });
  }

  private async notify(tx: Transaction, application: Application, { email, locale }: User, template: string): Promise<void> {
    if (email) await this.services.outbox.queue(tx, { application, template, to: email, locale, parameters: {} });
  }
}
