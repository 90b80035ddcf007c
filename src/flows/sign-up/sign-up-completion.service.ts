import type { Services } from "../../app/services.js";
import { defaultMetadata, issueResetCode, type NewUserServices, type ResetCodeServices } from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import { canonicalCode, type VerifiedChallenge, type VerifiedLink } from "../../domain/one-time-codes/index.js";
import { codeKeys, refundableMessageKeys, signUpKey } from "../../domain/rate-limiting/index.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type PendingSignUpEntity } from "../../domain/users/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { nullOnUniqueViolation, type Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { LinkOutcome } from "../flow.js";
import { createAccount, listPendingSignUps, type NewUserData, signUpSubject } from "./new-account.js";

export interface CompletionCommand {
  readonly handle: string;
  readonly code: string;
  readonly ticket: string | null;
}

type Dependencies = Pick<Services, "database" | "faultPoints" | "signIn" | "log"> & ResetCodeServices & NewUserServices;

/** The second step of a sign-up: verifies the mailed code or link and creates the user. */
export class SignUpCompletionService {
  constructor(private readonly services: Dependencies) {}

  /** Creates the user and logs in. Exactly one of several concurrent requests with one code succeeds. */
  async complete(context: ApplicationContext, { handle, code: codeAsTyped, ticket }: CompletionCommand): Promise<SignInResult | Failure> {
    const email = canonicalEmail(handle);
    const code = canonicalCode(codeAsTyped);
    if (!email || code === null) return failure("INVALID_CODE");
    const { challenges, rateLimiter } = this.services;
    const subject = signUpSubject(context.application, email);
    const foundTicket = await challenges.findTicket(subject, ticket);
    return await rateLimiter.limited(
      context,
      codeKeys(subject, foundTicket, context.client),
      () => this.check(context, email, code, ticket),
      ({ kind }) => kind !== "failure",
    );
  }

  private async check(context: ApplicationContext, email: Email, code: string, ticket: string | null): Promise<SignInResult | Failure> {
    const { challenges, database, faultPoints, signIn, audit } = this.services;
    const verified = await challenges.verify(signUpSubject(context.application, email), code, ticket);
    const createUser = (challenge: VerifiedChallenge) =>
      database.transaction(async (tx) => {
        const created = await this.createUserFromSignUp(context, tx, email, challenge);
        // If the user has no password, the mailed code is the authentication method.
        return (
          created && {
            ...created,
            decision: await signIn.complete(context, tx, created.user, [created.user.password ? "pwd" : "otp"]),
          }
        );
      });
    const completed =
      verified && (await challenges.refundAttemptOnError(verified, () => createUser(verified).catch(nullOnUniqueViolation)));
    if (!completed) {
      await audit.failure(context, "CODE_REFUSED");
      return failure("INVALID_CODE");
    }
    await faultPoints.pauseAt("sign-up.after-commit");
    await this.refundLimits(context.application, email, completed.networks);
    return await signIn.toResult(context.application, completed.decision);
  }

  /** Creates the user without logging in, because the link may be opened on another device. */
  async completeByLink(context: ApplicationContext, link: VerifiedLink): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const { database, audit } = this.services;
    const created = await database.transaction((tx) => this.createUserFromSignUp(context, tx, email, link)).catch(nullOnUniqueViolation);
    if (!created) {
      await audit.failure(context, "CODE_REFUSED");
      return { kind: "invalid-link" };
    }
    await this.refundLimits(context.application, email, created.networks);
    return { kind: created.user.password ? "done" : "password-not-set" };
  }

  async describeLink(application: Application, { detail }: VerifiedLink): Promise<{ email: string; locale: string }> {
    const pendingSignUps = await listPendingSignUps(this.services, application, detail as Email);
    return { email: detail ?? "", locale: pendingSignUps.at(-1)?.locale ?? application.settings.locales.default };
  }

  /** Null if the code was consumed concurrently or the handle has an account. */
  private async createUserFromSignUp(context: ApplicationContext, tx: Transaction, email: Email, verified: VerifiedChallenge) {
    const { challenges, pendingSignUps, users, faultPoints } = this.services;
    const candidates = await listPendingSignUps(this.services, context.application, email);
    if (!(await challenges.consume(tx, verified)) || candidates.length === 0 || (await users.findByHandle(context.application.id, email)))
      return null;
    const confirmedSignUp = candidates.find(({ slot }) => slot === verified.slot) ?? (candidates.length === 1 ? candidates[0] : undefined);
    const userData = confirmedSignUp ? toNewUserData(confirmedSignUp) : this.withoutPassword(context.application, email, candidates);
    const user = await createAccount(context, tx, this.services, email, userData);
    if (!confirmedSignUp) await issueResetCode(context, tx, this.services, user, email);
    await pendingSignUps.deleteByHandle(tx, context.application.id, email);
    await faultPoints.pauseAt("sign-up.before-commit");
    return { user, networks: candidates.map(({ network }) => network) };
  }

  /**
   * For requests that name none of several pending sign-ups. Which of them the owner of the mailbox made is unknown, so the account gets
   * none of their passwords and metadata. The user sets a password with a reset code.
   */
  private withoutPassword(application: Application, email: Email, candidates: readonly PendingSignUpEntity[]): NewUserData {
    return {
      password: null,
      metadata: { ...defaultMetadata(application.settings) },
      locale: candidates.at(-1)?.locale ?? application.settings.locales.default,
      emailAsTyped: email,
    };
  }

  /** Refunds the rate limits of the sign-up and its mails. The user already exists, so an error here must not fail the request. */
  private async refundLimits(application: Application, email: Email, networks: readonly string[]): Promise<void> {
    const limitKeys = [...networks.slice(0, 1).map(signUpKey), ...refundableMessageKeys(signUpSubject(application, email))];
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
