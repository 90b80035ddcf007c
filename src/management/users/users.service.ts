import type { Services } from "../../app/services.js";
import {
  acceptMetadata,
  type ErasureServices,
  eraseUser,
  findLockoutKeys,
  issueResetCode,
  isUserLimitReached,
  type ResetCodeServices,
  resetSubject,
  type SentCode,
} from "../../domain/account-operations/index.js";
import { type ApplicationContext, findLocale } from "../../domain/applications/index.js";
import { refundableMessageKeys, secondFactorLockoutKeys } from "../../domain/rate-limiting/index.js";
import { canonicalEmail, type Email, type Metadata, type NewUser, type User } from "../../domain/users/index.js";
import { randomId } from "../../platform/crypto/index.js";
import { nullOnUniqueViolation, type Transaction } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

export interface UserDraft {
  readonly email: string;
  readonly metadata: Metadata;
  readonly locale: string | null | undefined;
}
export interface CreatedOutcome {
  readonly kind: "created";
  readonly user: User;
}
export interface ChangedOutcome {
  readonly kind: "changed";
  readonly user: User;
}
export interface EndedOutcome extends ChangedOutcome {
  readonly sessionsEnded: number;
}
type UserEvent = Parameters<Services["audit"]["success"]>[1];

type Dependencies = Pick<Services, "clock" | "database" | "jwtIssuer"> & ResetCodeServices & ErasureServices;

/** Changes of users by the application's back end. Each locks the user's row first, so that concurrent changes wait. */
export class UsersService {
  constructor(private readonly services: Dependencies) {}

  /** Creates a user without a password and mails a code and a link for choosing one. */
  async create(context: ApplicationContext, draft: UserDraft): Promise<CreatedOutcome | Failure> {
    const email = canonicalEmail(draft.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["email"] });
    const locale = findLocale(context.application, draft.locale);
    if (locale === null) return failure("LOCALE_REFUSED", { path: ["locale"] });
    const accepted = acceptMetadata(this.services, context, email, { kind: "complete", given: draft.metadata, setBy: "DEVELOPER" });
    if (accepted.kind === "failure") return accepted;
    if (await isUserLimitReached(this.services, context.application)) return failure("SIGN_UP_CLOSED");
    const userData = { email, emailAsTyped: draft.email, metadata: accepted.metadata, locale };
    return await this.services.rateLimiter.limited<CreatedOutcome | Failure>(
      context,
      refundableMessageKeys(resetSubject(context.application, email)),
      () => this.insert(context, userData),
    );
  }

  /**
   * Suspends a user from the next request on and revokes the pending invitations the user has sent. Idempotent.
   * @throws GatewayError FORBIDDEN when the application has no such user
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

  /** Reactivates a suspended user. Idempotent. @throws GatewayError FORBIDDEN when the application has no such user */
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
   * Resets the rate limits that failed attempts at this account have exhausted: those of unrecognised clients and their networks, of
   * recognised devices, of reset codes and of second factors. Limits of a whole network remain, because they protect other accounts, too.
   * @throws GatewayError FORBIDDEN when the application has no such user
   */
  async unlock(context: ApplicationContext, id: string): Promise<ChangedOutcome> {
    const { users, rateLimiter } = this.services;
    const user = await users.findById(context.application.id, id);
    if (!user) throw new GatewayError("FORBIDDEN");
    await rateLimiter.reset([...(await findLockoutKeys(this.services, user)), ...secondFactorLockoutKeys(context.application.id, user.id)]);
    await this.record(context, user, "USER_UNLOCKED");
    return { kind: "changed", user };
  }

  /** Ends all sessions of a user. @throws GatewayError FORBIDDEN when the application has no such user */
  async endSessions(context: ApplicationContext, id: string): Promise<EndedOutcome> {
    return await this.withLockedUser(context, id, async (tx, user) => {
      const sessionsEnded = await this.services.sessions.endByUser(tx, user, "REVOKED");
      // A log-in that waits for its second factor must not open a session afterwards.
      await this.services.tokenChallenges.deleteByUser(tx, context.application.id, user.id);
      await this.record(context, user, "USER_SESSIONS_ENDED");
      return { kind: "changed", user, sessionsEnded };
    });
  }

  /** Changes any metadata field, regardless of its setBy. @throws GatewayError FORBIDDEN when the application has no such user */
  async updateMetadata(context: ApplicationContext, id: string, changes: Metadata): Promise<ChangedOutcome | Failure> {
    return await this.withLockedUser<ChangedOutcome | Failure>(context, id, async (tx, user) => {
      const change = { kind: "change", current: user.metadata, given: changes, setBy: "DEVELOPER" } as const;
      const accepted = acceptMetadata(this.services, context, user.email, change);
      if (accepted.kind === "failure") return accepted;
      await this.services.users.replaceMetadata(tx, user, accepted.metadata);
      await this.record(context, user, "USER_METADATA_SET");
      return { kind: "changed", user: { ...user, metadata: accepted.metadata } };
    });
  }

  /** Erases a user and notifies the address. @throws GatewayError FORBIDDEN when the application has no such user */
  async delete(context: ApplicationContext, id: string): Promise<{ userId: string; deletedAt: Date }> {
    const deletedAt = this.services.clock.now();
    return await this.withLockedUser(context, id, async (tx, user) => {
      await eraseUser(context, tx, this.services, user);
      return { userId: user.id, deletedAt };
    });
  }

  /** Mails a code and a link for a new password; the password itself is never set or shown. @throws GatewayError FORBIDDEN */
  async sendPasswordReset(context: ApplicationContext, id: string): Promise<SentCode | Failure> {
    const { users, challenges, rateLimiter, database } = this.services;
    const found = await users.findById(context.application.id, id);
    if (!found) throw new GatewayError("FORBIDDEN");
    const { email } = found;
    if (found.status === "SUSPENDED") return failure("ACCOUNT_SUSPENDED");
    if (!email) return failure("HANDLE_INVALID");
    const subject = resetSubject(context.application, email);
    const limitKeys = (await challenges.isCoolingDown(subject)) ? [] : refundableMessageKeys(subject);
    return await rateLimiter.limited<SentCode | Failure>(context, limitKeys, () =>
      database.transaction((tx) => this.queuePasswordReset(context, tx, found, email)),
    );
  }

  private async queuePasswordReset(context: ApplicationContext, tx: Transaction, { id }: User, email: Email): Promise<SentCode> {
    const { users, audit } = this.services;
    const user = await users.lock(tx, context.application.id, id);
    if (user?.email !== email) throw new GatewayError("FORBIDDEN");
    const { expiresAt, resendAvailableAt } = await issueResetCode(context, tx, this.services, user, email);
    await audit.success(context, "PASSWORD_RESET_REQUESTED", { userId: id });
    return { kind: "sent", expiresAt, resendAvailableAt };
  }

  private async insert(
    context: ApplicationContext,
    userData: Pick<NewUser, "email" | "emailAsTyped" | "metadata" | "locale">,
  ): Promise<CreatedOutcome | Failure> {
    const { database, users, pendingSignUps, invitations, audit, clock } = this.services;
    const applicationId = context.application.id;
    const insertAndMail = async (tx: Transaction) => {
      const row = { ...userData, applicationId, id: randomId(), password: null, createdAt: clock.now(), lastLogInAt: null };
      const user = await users.insert(tx, row);
      await pendingSignUps.deleteByHandle(tx, applicationId, userData.email);
      await invitations.revokeByHandle(tx, applicationId, userData.email);
      await audit.success(context, "USER_CREATED", { userId: user.id });
      await issueResetCode(context, tx, this.services, user, userData.email, "accountCreated");
      return user;
    };
    const user = await database.transaction(insertAndMail).catch(nullOnUniqueViolation);
    return user ? { kind: "created", user } : failure("HANDLE_UNAVAILABLE", { path: ["email"] });
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
