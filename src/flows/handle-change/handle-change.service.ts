import type { Nouns } from "../../app/services.js";
import { codeDigits } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { ChallengeSubject, MatchedChallenge } from "../../domain/one-time-codes/index.js";
import { answeredSends, codeAttempts, sends } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type User } from "../../domain/users/index.js";
import { isUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";

export interface SentOutcome {
  readonly kind: "sent";
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}
type Changed = { readonly kind: "changed"; readonly user: User };

const PURPOSE = "HANDLE_CHANGE";
const subjectOf = ({ applicationId, id }: User): ChallengeSubject => ({ applicationId, purpose: PURPOSE, binding: id });

/** A user moves to another address: proved at the new one, announced at the old. */
export class HandleChangeService {
  constructor(private readonly nouns: Nouns) {}

  /**
   * Answers alike whether the new address has an account: its owner is told instead of getting a code.
   * @throws Refusal UNAUTHENTICATED when the user was deleted meanwhile
   */
  async request(application: Application, who: AuthenticatedSession, typed: string, origin: RequestOrigin): Promise<SentOutcome | Failure> {
    const email = canonicalEmail(typed);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const { admission, users, challenges, throttle, database } = this.nouns;
    const { user } = who;
    if (!(await admission.isProofFresh(who))) return failure("REAUTHENTICATION_REQUIRED");
    // A new wish replaces the code of the one before, whatever address that went to.
    const subjects = sends({ applicationId: application.id, purpose: PURPOSE, handle: email }, origin);
    return await throttle.guard<SentOutcome | Failure>(
      subjects,
      origin,
      () =>
        database.transaction(async () => {
          if (!(await users.lockActive(user))) throw new Refusal("UNAUTHENTICATED");
          await challenges.delete(subjectOf(user));
          return await this.send(application, user, email, typed, origin);
        }),
      () => false,
    );
  }

  /** Exactly one of several requests with one code succeeds; the user's other sessions end. */
  async confirm(application: Application, who: AuthenticatedSession, code: string, origin: RequestOrigin): Promise<Changed | Failure> {
    const { user } = who;
    if (!/^[0-9]{6,10}$/.test(code)) return failure("INVALID_CODE");
    const { challenges, throttle, audit } = this.nouns;
    const purpose = { applicationId: application.id, purpose: PURPOSE, handle: user.id };
    return await throttle.guard<Changed | Failure>(
      codeAttempts(purpose, null, origin),
      origin,
      async () => {
        const matched = await challenges.attempt(subjectOf(user), code, null);
        const changed = matched && (await challenges.spend(matched, () => this.apply(application, who, matched, origin)));
        if (changed) return changed;
        await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", actor: user.id, origin });
        return failure("INVALID_CODE");
      },
      ({ kind }) => kind === "changed",
    );
  }

  private async send(application: Application, user: User, email: Email, typed: string, origin: RequestOrigin): Promise<SentOutcome> {
    const { users, challenges, outbox, audit } = this.nouns;
    const owner = await users.findByHandle(application.id, email);
    const detail = JSON.stringify({ email, typed: typed.trim().slice(0, 240) });
    const { codeMinutes, codeDigits: wanted } = application.settings.signUp;
    const digits = await codeDigits(this.nouns, application, wanted);
    const issued = await challenges.issue(subjectOf(user), { digits, ttlSeconds: codeMinutes * 60, send: owner === null, detail });
    const { code, expiresAt, resendAvailableAt } = issued;
    const { locale } = user;
    if (code) {
      const parameters = { code, minutes: String(codeMinutes) };
      await outbox.queue({
        application,
        template: "handleChangeCode",
        to: email,
        locale,
        parameters,
        expiresAt,
        replacesKey: `handle:${user.id}`,
      });
    } else if (owner)
      await outbox.queue({
        application,
        template: "handleChangeNotice",
        to: email,
        locale: owner.locale,
        parameters: {},
        replacesKey: `notice:${email}`,
      });
    if (user.email)
      await outbox.queue({
        application,
        template: "handleChangeAnnounced",
        to: user.email,
        locale,
        parameters: {},
        replacesKey: `announced:${user.id}`,
      });
    await audit.record({ applicationId: application.id, event: "HANDLE_CHANGE_REQUESTED", outcome: "SUCCESS", actor: user.id, origin });
    return { kind: "sent", expiresAt, resendAvailableAt };
  }

  /** Null when the code was used, the address taken or the user deleted meanwhile. */
  private async apply(
    application: Application,
    { user, session }: AuthenticatedSession,
    matched: MatchedChallenge,
    origin: RequestOrigin,
  ): Promise<Changed | null> {
    const { email, typed } = JSON.parse(matched.detail ?? "{}") as { email: Email; typed: string };
    const { database, challenges, users, sessions, outbox, audit, throttle } = this.nouns;
    const applicationId = application.id;
    try {
      const isChanged = await database.transaction(async () => {
        if (!(await challenges.consume(matched)) || !(await users.setEmail(user, email, typed))) return false;
        await sessions.endOfUser(user, "HANDLE_CHANGED", session.id);
        // Codes mailed to the old address, and sign-ups begun at the new one, are void.
        if (user.email) await challenges.delete({ applicationId, purpose: "PASSWORD_RESET", binding: user.email });
        await this.nouns.pendingSignUps.deleteOfHandle(applicationId, email);
        await this.nouns.invitations.voidOfHandle(applicationId, email);
        if (user.email) await outbox.queue({ application, template: "handleChanged", to: user.email, locale: user.locale, parameters: {} });
        await audit.record({ applicationId, event: "HANDLE_CHANGED", outcome: "SUCCESS", actor: user.id, origin });
        return true;
      });
      if (!isChanged) return null;
    } catch (error) {
      if (isUniqueViolation(error)) return null;
      throw error;
    }
    await throttle.giveBackOne(answeredSends({ applicationId, purpose: PURPOSE, handle: email })).catch(() => {});
    return { kind: "changed", user: { ...user, email } };
  }
}
