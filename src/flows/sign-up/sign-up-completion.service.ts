import type { Services } from "../../app/services.js";
import { issueResetCode } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { VerifiedChallenge, VerifiedLink } from "../../domain/one-time-codes/index.js";
import { codeKeys, refundableMessageKeys, signUpKey } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type PendingSignUpEntity, validateMetadata } from "../../domain/users/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { LinkOutcome } from "../flow.js";
import { createAccount, listPendingSignUps, type NewUserData, nullOnUniqueViolation, signUpPurpose, signUpSubject } from "./new-account.js";

export interface CompletionCommand {
  readonly handle: string;
  readonly code: string;
  readonly ticket: string | null;
}

/** The second half of a sign-up: the mailed code proves the mailbox, and the user is made. */
export class SignUpCompletionService {
  constructor(private readonly services: Services) {}

  /** Makes the user and logs in. Exactly one of several requests with one code succeeds. */
  async complete(
    application: Application,
    { handle, code, ticket }: CompletionCommand,
    client: ClientInfo,
  ): Promise<SignInResult | Failure> {
    const email = canonicalEmail(handle);
    if (!email || !/^[0-9]{6,10}$/.test(code)) return failure("INVALID_CODE");
    const { challenges, rateLimiter } = this.services;
    const foundTicket = await challenges.findTicket(signUpSubject(application, email), ticket);
    const limitKeys = codeKeys(signUpPurpose(application, email), foundTicket, client);
    return await rateLimiter.limited(
      limitKeys,
      client,
      () => this.check(application, email, code, ticket, client),
      ({ kind }) => kind !== "failure",
    );
  }

  private async check(
    application: Application,
    email: Email,
    code: string,
    ticket: string | null,
    client: ClientInfo,
  ): Promise<SignInResult | Failure> {
    const { challenges, database, faultPoints, signIn, audit } = this.services;
    const verified = await challenges.verify(signUpSubject(application, email), code, ticket);
    const createUser = (challenge: VerifiedChallenge) =>
      database.transaction(async () => {
        const created = await this.createUserFromSignUp(application, email, challenge, client);
        // Without a password, the mailed code is what was proved.
        return (
          created && {
            ...created,
            admitted: await signIn.complete(application, created.user, [created.user.password ? "pwd" : "otp"], client),
          }
        );
      });
    const completed =
      verified && (await challenges.refundAttemptOnError(verified, () => createUser(verified).catch(nullOnUniqueViolation)));
    if (!completed) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", client });
      return failure("INVALID_CODE");
    }
    await faultPoints.pauseAt("sign-up.after-commit");
    await this.refundLimits(application, email, completed.networks);
    return await signIn.toResult(application, completed.admitted);
  }

  /** The button of the mailed link was pressed: makes the user; the app logs in. */
  async completeByLink(application: Application, link: VerifiedLink, client: ClientInfo): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const { database, audit } = this.services;
    const created = await database
      .transaction(() => this.createUserFromSignUp(application, email, link, client))
      .catch(nullOnUniqueViolation);
    if (!created) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", client });
      return { kind: "invalid-link" };
    }
    await this.refundLimits(application, email, created.networks);
    return { kind: created.user.password ? "done" : "password-not-set" };
  }

  async describeLink(application: Application, { detail }: VerifiedLink): Promise<{ email: string; locale: string }> {
    const pendingSignUps = await listPendingSignUps(this.services, application, detail as Email);
    return { email: detail ?? "", locale: pendingSignUps.at(-1)?.locale ?? application.settings.locales.default };
  }

  /** Null when the code was used meanwhile or the handle has an owner. */
  private async createUserFromSignUp(application: Application, email: Email, verified: VerifiedChallenge, client: ClientInfo) {
    const { challenges, pendingSignUps, users, faultPoints } = this.services;
    const candidates = await listPendingSignUps(this.services, application, email);
    if (!(await challenges.consume(verified)) || candidates.length === 0 || (await users.findByHandle(application.id, email))) return null;
    const confirmedSignUp = candidates.find(({ slot }) => slot === verified.slot) ?? (candidates.length === 1 ? candidates[0] : undefined);
    const userData = confirmedSignUp ? toNewUserData(confirmedSignUp) : this.withoutPassword(application, email, candidates);
    const user = await createAccount(this.services, application, email, userData, client);
    if (!confirmedSignUp) await issueResetCode(this.services, application, user, email);
    await pendingSignUps.deleteByHandle(application.id, email);
    await faultPoints.pauseAt("sign-up.before-commit");
    return { user, networks: candidates.map(({ network }) => network) };
  }

  /** Several people claim the handle and none is named: whoever proved the mailbox gets the account, but nobody's password. */
  private withoutPassword(application: Application, email: Email, candidates: readonly PendingSignUpEntity[]): NewUserData {
    const defaults = validateMetadata(application.settings.metadata.fields, {}, "DEVELOPER");
    return {
      password: null,
      metadata: defaults.kind === "accepted" ? { ...defaults.metadata } : {},
      locale: candidates.at(-1)?.locale ?? application.settings.locales.default,
      emailAsTyped: email,
    };
  }

  /** A confirmed sign-up and an answered mail count no more. The user is made: a failure here must not say otherwise. */
  private async refundLimits(application: Application, email: Email, networks: readonly string[]): Promise<void> {
    const limitKeys = [...networks.slice(0, 1).map(signUpKey), ...refundableMessageKeys(signUpPurpose(application, email))];
    await this.services.rateLimiter
      .refund(limitKeys)
      .catch((error: unknown) => this.services.log.warn({ err: error }, "rate limit refund failed"));
  }
}

const toNewUserData = ({ emailAsTyped, metadata, locale, passwordHash, passwordScheme }: PendingSignUpEntity): NewUserData => ({
  emailAsTyped,
  metadata,
  locale,
  password: { hash: passwordHash, scheme: passwordScheme as PasswordHash["scheme"] },
});
