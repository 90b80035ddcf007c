import type { Services } from "../../app/services.js";
import {
  type CredentialChangeServices,
  issueResetCode,
  type ResetCodeServices,
  resetSubject,
} from "../../domain/account-operations/index.js";
import type { Application, ApplicationContext } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import { canonicalCode, RESEND_COOLDOWN_SECONDS, type VerifiedChallenge, type VerifiedLink } from "../../domain/one-time-codes/index.js";
import { codeKeys, logInKeys, messageKeys, refundableMessageKeys } from "../../domain/rate-limiting/index.js";
import { actingAsUser } from "../../domain/request-context.js";
import { canonicalEmail, type Email } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type PasswordHash, randomToken } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { LinkOutcome } from "../flow.js";

export interface ResetRequestOutcome {
  readonly kind: "requested";
  readonly ticket: string;
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}
export interface ResetCommand {
  readonly handle: string;
  readonly code: string;
  readonly ticket: string | null;
  readonly newPassword: string;
}

export interface ResetOutcome {
  readonly kind: "reset";
  readonly sessionsEnded: number;
  readonly deviceToken: string;
}

type Dependencies = Pick<Services, "clock" | "hasher" | "recognisedDevices" | "log"> & ResetCodeServices & CredentialChangeServices;

/** Reset of a forgotten password with a code or link that is mailed to the address of the account. */
export class PasswordResetService {
  constructor(private readonly services: Dependencies) {}

  /** The same result and the same work for every handle; only active users get a mail. */
  async request(context: ApplicationContext, handle: string): Promise<ResetRequestOutcome | Failure> {
    const { database, challenges, rateLimiter, clock } = this.services;
    const minutes = context.application.settings.password.resetCodeMinutes;
    const email = canonicalEmail(handle);
    if (!email) {
      const now = clock.now();
      const times = { expiresAt: addSeconds(now, minutes * 60), resendAvailableAt: addSeconds(now, RESEND_COOLDOWN_SECONDS) };
      return { kind: "requested", ticket: randomToken(), ...times };
    }
    const subject = resetSubject(context.application, email);
    const limitKeys = (await challenges.isCoolingDown(subject)) ? [] : messageKeys(subject, context.client);
    const send = (tx: Transaction) => this.send(context, tx, email, minutes * 60);
    return await rateLimiter.limited(context, limitKeys, () => database.transaction(send));
  }

  /** Sets the new password and ends all sessions. It is validated before the code is verified, so that a weak password costs no attempt. */
  async reset(context: ApplicationContext, command: ResetCommand): Promise<ResetOutcome | Failure> {
    const { settings } = context.application;
    const email = canonicalEmail(command.handle);
    const violations = passwordViolations(command.newPassword, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    const code = canonicalCode(command.code);
    if (!email || code === null) return failure("INVALID_CODE");
    const { challenges, rateLimiter } = this.services;
    const subject = resetSubject(context.application, email);
    const foundTicket = await challenges.findTicket(subject, command.ticket);
    const outcome = await rateLimiter.limited(
      context,
      codeKeys(subject, foundTicket, context.client),
      () => this.check(context, email, { ...command, code }),
      ({ kind }) => kind === "reset",
    );
    if (outcome.kind === "reset") await this.resetLogInLimits(context, email);
    return outcome;
  }

  /** The same reset, authorised by the mailed link instead of the code. */
  async resetByLink(context: ApplicationContext, link: VerifiedLink, newPassword: string): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const { general, password } = context.application.settings;
    const violations = passwordViolations(newPassword, password, { applicationName: general.name, email });
    if (violations.length > 0) return { kind: "password-rejected", violations };
    const newHash = await this.services.hasher.hash(newPassword);
    const outcome = await this.services.database.transaction((tx) => this.apply(context, tx, email, link, newHash));
    if (outcome.kind === "failure") return { kind: "invalid-link" };
    await this.resetLogInLimits(context, email);
    return { kind: "done" };
  }

  async describeLink({ id, settings }: Application, { detail }: VerifiedLink): Promise<{ email: string; locale: string }> {
    const user = await this.services.users.findByHandle(id, detail as Email);
    return { email: detail ?? "", locale: user?.locale ?? settings.locales.default };
  }

  private async send(context: ApplicationContext, tx: Transaction, email: Email, ttlSeconds: number): Promise<ResetRequestOutcome> {
    const { challenges, users, audit } = this.services;
    const user = await users.findByHandle(context.application.id, email);
    const active = user?.status === "ACTIVE" ? user : null;
    const { ticket } = await challenges.openTicket(tx, resetSubject(context.application, email), ttlSeconds);
    const { expiresAt, resendAvailableAt } = await issueResetCode(context, tx, this.services, active, email);
    await audit.success(user ? actingAsUser(context, user) : context, "PASSWORD_RESET_REQUESTED");
    return { kind: "requested", ticket, expiresAt, resendAvailableAt };
  }

  private async check(context: ApplicationContext, email: Email, command: ResetCommand): Promise<ResetOutcome | Failure> {
    const { challenges, hasher, database, audit } = this.services;
    const verified = await challenges.verify(resetSubject(context.application, email), command.code, command.ticket);
    if (!verified) {
      await audit.failure(context, "CODE_REFUSED");
      return failure("INVALID_CODE");
    }
    return await challenges.refundAttemptOnError(verified, async () => {
      const newHash = await hasher.hash(command.newPassword);
      return await database.transaction((tx) => this.apply(context, tx, email, verified, newHash));
    });
  }

  private async apply(context: ApplicationContext, tx: Transaction, email: Email, verified: VerifiedChallenge, newHash: PasswordHash) {
    const { challenges, users, sessions, outbox, audit, recognisedDevices } = this.services;
    const found = await users.findByHandle(context.application.id, email);
    if (found?.status !== "ACTIVE" || !(await challenges.consume(tx, verified))) return failure("INVALID_CODE");
    const user = await users.resetPassword(tx, found, newHash);
    const sessionsEnded = await sessions.endByUser(tx, user, "PASSWORD_RESET");
    await outbox.notify(context, tx, user, "passwordChanged");
    await audit.success(actingAsUser(context, user), "PASSWORD_RESET");
    return { kind: "reset" as const, sessionsEnded, deviceToken: recognisedDevices.issue(user) };
  }

  /** Resets the rate limits of failed log-ins. The password is already set, so an error here must not fail the request. */
  private async resetLogInLimits(context: ApplicationContext, email: Email): Promise<void> {
    const { rateLimiter, log } = this.services;
    try {
      await rateLimiter.reset(logInKeys(context.application.id, email, context.client));
      await rateLimiter.refund(refundableMessageKeys(resetSubject(context.application, email)));
    } catch (error) {
      log.warn({ err: error }, "rate limit refund failed");
    }
  }
}
