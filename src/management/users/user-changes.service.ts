import type { Nouns } from "../../app/services.js";
import { eraseUser } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { BACK_END } from "../../domain/audit/index.js";
import { lockSubjects, secondFactorWaits } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { changeMetadata, type Metadata, type User } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";

export interface ChangedOutcome {
  readonly kind: "changed";
  readonly user: User;
}
export interface EndedOutcome extends ChangedOutcome {
  readonly sessionsEnded: number;
}
type UserEvent = Parameters<Nouns["audit"]["record"]>[0]["event"];

/** Budgets forget failures after a day. */
const MEMORY_SECONDS = 86_400;
const MOST_FAILURES = 500;

/** What an application's back end does to its users. Everything that changes one begins by locking the row: what runs beside it waits. */
export class UserChangesService {
  constructor(private readonly nouns: Nouns) {}

  /**
   * Shuts a user out, from the next request on; whom they invited and who has not come yet stays out, too. Suspending twice does no harm.
   * @throws Refusal FORBIDDEN when the application has no such user
   */
  async suspend(application: Application, id: string, origin: RequestOrigin): Promise<EndedOutcome> {
    const { sessions, tokenChallenges, invitations, users } = this.nouns;
    return await this.change(application, id, async (user) => {
      const isChange = await users.setStatus(user, "SUSPENDED");
      const sessionsEnded = await sessions.endOfUser(user, "SUSPENDED");
      await tokenChallenges.deleteOfUser(application.id, user.id);
      if (isChange) {
        await invitations.voidOfInviter(application.id, user.id);
        await this.record(user, "USER_SUSPENDED", origin);
        await this.notify(application, user, "accountSuspended");
      }
      return { kind: "changed", user: { ...user, status: "SUSPENDED" }, sessionsEnded };
    });
  }

  /** Lets a suspended user in again. Activating twice does no harm. @throws Refusal FORBIDDEN when the application has no such user */
  async activate(application: Application, id: string, origin: RequestOrigin): Promise<ChangedOutcome> {
    return await this.change(application, id, async (user) => {
      if (await this.nouns.users.setStatus(user, "ACTIVE")) {
        await this.record(user, "USER_ACTIVATED", origin);
        await this.notify(application, user, "accountActivated");
      }
      return { kind: "changed", user: { ...user, status: "ACTIVE" } };
    });
  }

  /**
   * Takes away every wait that wrong guesses at this account have brought: of strangers, of the networks they came from, of its known
   * devices, of reset codes and second factors. Waits of a whole network stay: other accounts, of other applications, rest on them.
   * @throws Refusal FORBIDDEN when the application has no such user
   */
  async unlock(application: Application, id: string, origin: RequestOrigin): Promise<ChangedOutcome> {
    const { users, audit, throttle, clock } = this.nouns;
    const user = await users.findById(application.id, id);
    if (!user) throw new Refusal("FORBIDDEN");
    const since = addSeconds(clock.now(), -MEMORY_SECONDS);
    const failures = await audit.listFailures(application.id, user.id, "LOG_IN", since, MOST_FAILURES);
    const addresses = [...new Set(failures.flatMap(({ address }) => address ?? []))];
    const devices = [...new Set(failures.flatMap(({ details: { device } }) => (typeof device === "string" ? device : [])))];
    const ofHandle = user.email ? lockSubjects(application.id, user.email, { addresses, devices }) : [];
    await throttle.clear([...ofHandle, ...secondFactorWaits(application.id, user.id)]);
    await this.record(user, "USER_UNLOCKED", origin);
    return { kind: "changed", user };
  }

  /** Logs a user out everywhere. @throws Refusal FORBIDDEN when the application has no such user */
  async endSessions(application: Application, id: string, origin: RequestOrigin): Promise<EndedOutcome> {
    return await this.change(application, id, async (user) => {
      const sessionsEnded = await this.nouns.sessions.endOfUser(user, "REVOKED");
      // Half a log-in must not become a session afterwards.
      await this.nouns.tokenChallenges.deleteOfUser(application.id, user.id);
      await this.record(user, "USER_SESSIONS_ENDED", origin);
      return { kind: "changed", user, sessionsEnded };
    });
  }

  /** Changes metadata of any authority. @throws Refusal FORBIDDEN when the application has no such user */
  async updateMetadata(application: Application, id: string, given: Metadata, origin: RequestOrigin): Promise<ChangedOutcome | Failure> {
    const { users, jwtIssuer } = this.nouns;
    return await this.change<ChangedOutcome | Failure>(application, id, async (user) => {
      const outcome = changeMetadata(application.settings.metadata.fields, user.metadata, given, "DEVELOPER");
      if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
      if (!jwtIssuer.fits(application, user.email ?? "", outcome.metadata))
        return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
      await users.replaceMetadata(user, outcome.metadata);
      await this.record(user, "USER_METADATA_SET", origin);
      return { kind: "changed", user: { ...user, metadata: outcome.metadata } };
    });
  }

  /** Erases a user, and says goodbye. @throws Refusal FORBIDDEN when the application has no such user */
  async delete(application: Application, id: string, origin: RequestOrigin): Promise<{ userId: string; deletedAt: Date }> {
    const deletedAt = this.nouns.clock.now();
    return await this.change(application, id, async (user) => {
      await eraseUser(this.nouns, application, user, origin, BACK_END);
      return { userId: user.id, deletedAt };
    });
  }

  private async change<T>({ id: applicationId }: Application, id: string, work: (user: User) => Promise<T>): Promise<T> {
    const { users, database } = this.nouns;
    return await database.transaction(async () => {
      const user = await users.lock(applicationId, id);
      if (!user) throw new Refusal("FORBIDDEN");
      return await work(user);
    });
  }

  private async record({ applicationId, id }: User, event: UserEvent, origin: RequestOrigin): Promise<void> {
    const details = { userId: id };
    await this.nouns.audit.record({ applicationId, event, outcome: "SUCCESS", actor: BACK_END, origin, details });
  }

  private async notify(application: Application, { email, locale }: User, template: string): Promise<void> {
    if (email) await this.nouns.outbox.queue({ application, template, to: email, locale, parameters: {} });
  }
}
