import type { Nouns } from "../../app/services.js";
import { isFull, queueResetCode, resetSubject } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { BACK_END } from "../../domain/audit/index.js";
import { answeredSends } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import { acceptMetadata, canonicalEmail, type Email, type Metadata, type User } from "../../domain/users/index.js";
import { randomId } from "../../platform/crypto/index.js";
import { isUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";
import { chosenLocale } from "../locale.js";

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
export class NewUserService {
  constructor(private readonly nouns: Nouns) {}

  /** Makes a user who has yet to come, and mails them how to choose a password. */
  async create(application: Application, draft: UserDraft, origin: RequestOrigin): Promise<CreatedOutcome | Failure> {
    const email = canonicalEmail(draft.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["email"] });
    const locale = chosenLocale(application, draft.locale);
    if (locale === null) return failure("LOCALE_REFUSED", { path: ["locale"] });
    const outcome = acceptMetadata(application.settings.metadata.fields, draft.metadata, "DEVELOPER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    if (!this.nouns.jwtIssuer.fits(application, email, outcome.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    if (await isFull(this.nouns, application)) return failure("SIGN_UP_CLOSED");
    const person = { email, emailAsTyped: draft.email, metadata: outcome.metadata, locale };
    return await this.nouns.throttle.guard<CreatedOutcome | Failure>(
      mails(application, email),
      origin,
      () => this.insert(application, person, origin),
      () => false,
    );
  }

  /** Mails a code and a link for a new password; the password itself is never set or shown. @throws Refusal FORBIDDEN */
  async sendReset(application: Application, id: string, origin: RequestOrigin): Promise<ResetSentOutcome | Failure> {
    const { users, challenges, throttle, database } = this.nouns;
    const found = await users.findById(application.id, id);
    if (!found) throw new Refusal("FORBIDDEN");
    const { email } = found;
    if (found.status === "SUSPENDED") return failure("ACCOUNT_SUSPENDED");
    if (!email) return failure("HANDLE_INVALID");
    const isOnItsWay = await challenges.isCoolingDown(resetSubject(application, email));
    return await throttle.guard<ResetSentOutcome | Failure>(
      isOnItsWay ? [] : mails(application, email),
      origin,
      () => database.transaction(() => this.queueReset(application, found, email, origin)),
      () => false,
    );
  }

  private async queueReset(application: Application, { id }: User, email: Email, origin: RequestOrigin): Promise<ResetSentOutcome> {
    const { users, audit } = this.nouns;
    const user = await users.lock(application.id, id);
    if (user?.email !== email) throw new Refusal("FORBIDDEN");
    const { expiresAt, resendAvailableAt } = await queueResetCode(this.nouns, application, user, email);
    const details = { userId: id };
    await audit.record({
      ...{ applicationId: application.id, event: "PASSWORD_RESET_REQUESTED", outcome: "SUCCESS", actor: BACK_END, origin, details },
    });
    return { kind: "sent", expiresAt, resendAvailableAt };
  }

  private async insert(
    application: Application,
    person: Pick<Parameters<Nouns["users"]["insert"]>[0], "email" | "emailAsTyped" | "metadata" | "locale">,
    origin: RequestOrigin,
  ): Promise<CreatedOutcome | Failure> {
    const { database, users, pendingSignUps, invitations, audit, clock } = this.nouns;
    const applicationId = application.id;
    try {
      return await database.transaction(async () => {
        const row = { ...person, applicationId, id: randomId(), password: null, createdAt: clock.now(), lastLogInAt: null };
        const user = await users.insert(row);
        await pendingSignUps.deleteOfHandle(applicationId, person.email);
        await invitations.voidOfHandle(applicationId, person.email);
        const details = { userId: user.id };
        await audit.record({ applicationId, event: "USER_CREATED", outcome: "SUCCESS", actor: BACK_END, origin, details });
        await queueResetCode(this.nouns, application, user, person.email, "accountCreated");
        return { kind: "created", user };
      });
    } catch (error) {
      if (isUniqueViolation(error)) return failure("HANDLE_UNAVAILABLE", { path: ["email"] });
      throw error;
    }
  }
}

const mails = ({ id }: Application, handle: Email) => answeredSends({ applicationId: id, purpose: "PASSWORD_RESET", handle });
