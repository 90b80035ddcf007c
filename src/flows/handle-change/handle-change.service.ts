import type { Services } from "../../app/services.js";
import { type CredentialChangeServices, codeDigits, type SentCode } from "../../domain/account-operations/index.js";
import type { ApplicationContext } from "../../domain/applications/index.js";
import { type ChallengeSubject, canonicalCode, type VerifiedChallenge } from "../../domain/one-time-codes/index.js";
import { codeKeys, messageKeys, refundableMessageKeys } from "../../domain/rate-limiting/index.js";
import type { AuthenticatedSession } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type User } from "../../domain/users/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { nullOnUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";

type Changed = { readonly kind: "changed"; readonly user: User };

const PURPOSE = "HANDLE_CHANGE";
const subjectOf = ({ applicationId, id }: User): ChallengeSubject => ({ applicationId, purpose: PURPOSE, binding: id });

type Dependencies = Pick<Services, "signIn" | "challenges" | "rateLimiter" | "pendingSignUps" | "invitations"> & CredentialChangeServices;

/** Changes a user's address: verified by a code sent to the new address, announced at the old one. */
export class HandleChangeService {
  constructor(private readonly services: Dependencies) {}

  /**
   * The result does not disclose whether the new address has an account. If it has one, a notice is mailed instead of a code.
   * @throws GatewayError UNAUTHENTICATED if the user was deleted concurrently
   */
  async request(context: ApplicationContext, caller: AuthenticatedSession, emailAsTyped: string): Promise<SentCode | Failure> {
    const email = canonicalEmail(emailAsTyped);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const { signIn, users, challenges, rateLimiter, database } = this.services;
    const { user } = caller;
    if (!(await signIn.isRecentlyAuthenticated(caller))) return failure("REAUTHENTICATION_REQUIRED");
    // A user has one pending change: a new request invalidates the previous code, even if it was sent to another address.
    const limitKeys = messageKeys({ applicationId: context.application.id, purpose: PURPOSE, binding: email }, context.client);
    return await rateLimiter.limited<SentCode | Failure>(context, limitKeys, () =>
      database.transaction(async (tx) => {
        if (!(await users.lockActive(tx, user))) throw new GatewayError("UNAUTHENTICATED");
        await challenges.delete(tx, subjectOf(user));
        return await this.send(context, tx, user, email, emailAsTyped);
      }),
    );
  }

  /** Exactly one of several concurrent requests with one code succeeds. It ends the user's other sessions. */
  async confirm(context: ApplicationContext, caller: AuthenticatedSession, codeAsTyped: string): Promise<Changed | Failure> {
    const { user } = caller;
    const code = canonicalCode(codeAsTyped);
    if (code === null) return failure("INVALID_CODE");
    const { challenges, rateLimiter, audit } = this.services;
    return await rateLimiter.limited<Changed | Failure>(
      context,
      codeKeys(subjectOf(user), null, context.client),
      async () => {
        const verified = await challenges.verify(subjectOf(user), code, null);
        const changed = verified && (await challenges.refundAttemptOnError(verified, () => this.apply(context, caller, verified)));
        if (changed) return changed;
        await audit.failure(context, "CODE_REFUSED");
        return failure("INVALID_CODE");
      },
      ({ kind }) => kind === "changed",
    );
  }

  private async send(context: ApplicationContext, tx: Transaction, user: User, email: Email, emailAsTyped: string): Promise<SentCode> {
    const { users, challenges, outbox, audit } = this.services;
    const owner = await users.findByHandle(context.application.id, email);
    const detail = JSON.stringify({ email, typed: emailAsTyped.trim().slice(0, 240) });
    const { codeMinutes, codeDigits: configuredDigits } = context.application.settings.signUp;
    const digits = await codeDigits(this.services, context.application, configuredDigits);
    const issued = await challenges.issue(tx, subjectOf(user), {
      digits,
      ttlSeconds: codeMinutes * 60,
      isDeliverable: owner === null,
      detail,
    });
    const { code, expiresAt, resendAvailableAt } = issued;
    const { locale } = user;
    if (code) {
      const mail = { template: "handleChangeCode", to: email, locale, expiresAt, replacesKey: `handle:${user.id}` };
      await outbox.queue(context, tx, { ...mail, parameters: { code, minutes: String(codeMinutes) } });
    } else if (owner) {
      const notice = { template: "handleChangeNotice", to: email, locale: owner.locale, replacesKey: `notice:${email}` };
      await outbox.queue(context, tx, { ...notice, parameters: {} });
    }
    if (user.email) {
      const announcement = { template: "handleChangeAnnounced", to: user.email, locale, replacesKey: `announced:${user.id}` };
      await outbox.queue(context, tx, { ...announcement, parameters: {} });
    }
    await audit.success(context, "HANDLE_CHANGE_REQUESTED");
    return { kind: "sent", expiresAt, resendAvailableAt };
  }

  /** Null if, concurrently, the code was consumed, the address was taken or the user was deleted. */
  private async apply(
    context: ApplicationContext,
    { user, session }: AuthenticatedSession,
    verified: VerifiedChallenge,
  ): Promise<Changed | null> {
    const { email, typed } = JSON.parse(verified.detail ?? "{}") as { email: Email; typed: string };
    const { database, challenges, users, sessions, outbox, audit, rateLimiter } = this.services;
    const applicationId = context.application.id;
    const change = async (tx: Transaction) => {
      if (!(await challenges.consume(tx, verified)) || !(await users.setEmail(tx, user, email, typed))) return false;
      await sessions.endByUser(tx, user, "HANDLE_CHANGED", session.id);
      // Codes mailed to the old address, and pending sign-ups and invitations of the new one, become invalid.
      if (user.email) await challenges.delete(tx, { applicationId, purpose: "PASSWORD_RESET", binding: user.email });
      await this.services.pendingSignUps.deleteByHandle(tx, applicationId, email);
      await this.services.invitations.revokeByHandle(tx, applicationId, email);
      await outbox.notify(context, tx, user, "handleChanged");
      await audit.success(context, "HANDLE_CHANGED");
      return true;
    };
    if (!(await database.transaction(change).catch(nullOnUniqueViolation))) return null;
    await rateLimiter.refund(refundableMessageKeys({ applicationId, purpose: PURPOSE, binding: email })).catch(() => {});
    return { kind: "changed", user: { ...user, email } };
  }
}
