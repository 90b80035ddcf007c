import type { Services } from "../../app/services.js";
import { issueResetCode, isUserLimitReached, resetSubject } from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import { refundableMessageKeys } from "../../domain/rate-limiting/index.js";
import { canonicalEmail, type Email, type Metadata, type NewUser, type User, validateMetadata } from "../../domain/users/index.js";
import { randomId } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { isUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";
import { resolveRequestedLocale } from "../locale.js";

export interface UserDraft {
  readonly email: string;
  readonly metadata: Metadata;
  readonly locale: string | null | undefined;
}
export interface CreatedOutcome {
  readonly kind: "created";
  readonly user: User;
}
export interface ResetSentOutcome {
  readonly kind: "sent";
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}

/** Accounts without a password that anybody here could know: their owners choose it, by mail. */
export class UserCreationService {
  constructor(private readonly services: Services) {}

  /** Makes a user who has yet to come, and mails them how to choose a password. */
  async create(context: ApplicationContext, draft: UserDraft): Promise<CreatedOutcome | Failure> {
    const email = canonicalEmail(draft.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["email"] });
    const locale = resolveRequestedLocale(context.application, draft.locale);
    if (locale === null) return failure("LOCALE_REFUSED", { path: ["locale"] });
    const outcome = validateMetadata(context.application.settings.metadata.fields, draft.metadata, "DEVELOPER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    if (!this.services.jwtIssuer.fitsSizeLimit(context.application, email, outcome.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    if (await isUserLimitReached(this.services, context.application)) return failure("SIGN_UP_CLOSED");
    const userData = { email, emailAsTyped: draft.email, metadata: outcome.metadata, locale };
    return await this.services.rateLimiter.limited<CreatedOutcome | Failure>(
      context,
      resetMailLimitKeys(context.application, email),
      () => this.insert(context, userData),
      () => false,
    );
  }

  /** Mails a code and a link for a new password; the password itself is never set or shown. @throws Refusal FORBIDDEN */
  async sendPasswordReset(context: ApplicationContext, id: string): Promise<ResetSentOutcome | Failure> {
    const { users, challenges, rateLimiter, database } = this.services;
    const found = await users.findById(context.application.id, id);
    if (!found) throw new GatewayError("FORBIDDEN");
    const { email } = found;
    if (found.status === "SUSPENDED") return failure("ACCOUNT_SUSPENDED");
    if (!email) return failure("HANDLE_INVALID");
    const isCoolingDown = await challenges.isCoolingDown(resetSubject(context.application, email));
    return await rateLimiter.limited<ResetSentOutcome | Failure>(
      context,
      isCoolingDown ? [] : resetMailLimitKeys(context.application, email),
      () => database.transaction((tx) => this.queuePasswordReset(context, tx, found, email)),
      () => false,
    );
  }

  private async queuePasswordReset(context: ApplicationContext, tx: Transaction, { id }: User, email: Email): Promise<ResetSentOutcome> {
    const { users, audit } = this.services;
    const user = await users.lock(tx, context.application.id, id);
    if (user?.email !== email) throw new GatewayError("FORBIDDEN");
    const { expiresAt, resendAvailableAt } = await issueResetCode(context, tx, this.services, user, email);
    const details = { userId: id };
    await audit.success(context, "PASSWORD_RESET_REQUESTED", details);
    return { kind: "sent", expiresAt, resendAvailableAt };
  }

  private async insert(
    context: ApplicationContext,
    userData: Pick<NewUser, "email" | "emailAsTyped" | "metadata" | "locale">,
  ): Promise<CreatedOutcome | Failure> {
    const { database, users, pendingSignUps, invitations, audit, clock } = this.services;
    const applicationId = context.application.id;
    try {
      return await database.transaction(async (tx) => {
        const row = { ...userData, applicationId, id: randomId(), password: null, createdAt: clock.now(), lastLogInAt: null };
        const user = await users.insert(tx, row);
        await pendingSignUps.deleteByHandle(tx, applicationId, userData.email);
        await invitations.revokeByHandle(tx, applicationId, userData.email);
        const details = { userId: user.id };
        await audit.success(context, "USER_CREATED", details);
        await issueResetCode(context, tx, this.services, user, userData.email, "accountCreated");
        return { kind: "created", user };
      });
    } catch (error) {
      if (isUniqueViolation(error)) return failure("HANDLE_UNAVAILABLE", { path: ["email"] });
      throw error;
    }
  }
}

const resetMailLimitKeys = ({ id }: Application, handle: Email) =>
  refundableMessageKeys({ applicationId: id, purpose: "PASSWORD_RESET", handle });
