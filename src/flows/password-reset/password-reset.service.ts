import type { Services } from "../../app/services.js";
import { issueResetCode, resetSubject } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import { RESEND_COOLDOWN_SECONDS, type VerifiedChallenge, type VerifiedLink } from "../../domain/one-time-codes/index.js";
import { type AccountPurpose, codeKeys, logInKeys, messageKeys, refundableMessageKeys } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import { canonicalEmail, type Email } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type PasswordHash, randomToken } from "../../platform/crypto/index.js";
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

const purposeOf = ({ id }: Application, email: Email): AccountPurpose => ({ applicationId: id, purpose: "PASSWORD_RESET", handle: email });

/** A forgotten password: a code to the account's own mailbox lets its owner choose another. */
export class PasswordResetService {
  constructor(private readonly services: Services) {}

  /** The same answer and the same work for every handle; only an active user's owner gets a mail. */
  async request(application: Application, handle: string, client: ClientInfo): Promise<ResetRequestOutcome | Failure> {
    const { database, challenges, rateLimiter, clock } = this.services;
    const minutes = application.settings.password.resetCodeMinutes;
    const email = canonicalEmail(handle);
    if (!email) {
      const now = clock.now();
      const times = { expiresAt: addSeconds(now, minutes * 60), resendAvailableAt: addSeconds(now, RESEND_COOLDOWN_SECONDS) };
      return { kind: "requested", ticket: randomToken(), ...times };
    }
    const limitKeys = (await challenges.isCoolingDown(resetSubject(application, email)))
      ? []
      : messageKeys(purposeOf(application, email), client);
    const send = () => this.send(application, email, minutes * 60, client);
    return await rateLimiter.limited(
      limitKeys,
      client,
      () => database.transaction(send),
      () => false,
    );
  }

  /** Sets the new password and ends every session. The new password is judged before the code, so that a weak one costs no attempt. */
  async reset(application: Application, command: ResetCommand, client: ClientInfo): Promise<ResetOutcome | Failure> {
    const { settings } = application;
    const email = canonicalEmail(command.handle);
    const context = { applicationName: settings.general.name, email };
    const violations = passwordViolations(command.newPassword, settings.password, context);
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    if (!email || !/^[0-9]{6,10}$/.test(command.code)) return failure("INVALID_CODE");
    const { challenges, rateLimiter } = this.services;
    const foundTicket = await challenges.findTicket(resetSubject(application, email), command.ticket);
    const outcome = await rateLimiter.limited(
      codeKeys(purposeOf(application, email), foundTicket, client),
      client,
      () => this.check(application, email, command, client),
      ({ kind }) => kind === "reset",
    );
    if (outcome.kind === "reset") await this.resetLogInLimits(application, email, client);
    return outcome;
  }

  /** A link of the mail: the same reset, proved by the link instead of the code. */
  async resetByLink(application: Application, link: VerifiedLink, newPassword: string, client: ClientInfo): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const context = { applicationName: application.settings.general.name, email };
    const violations = passwordViolations(newPassword, application.settings.password, context);
    if (violations.length > 0) return { kind: "password-rejected", violations };
    const newHash = await this.services.hasher.hash(newPassword);
    const outcome = await this.services.database.transaction(() => this.apply(application, email, link, newHash, client));
    if (outcome.kind === "failure") return { kind: "invalid-link" };
    await this.resetLogInLimits(application, email, client);
    return { kind: "done" };
  }

  async describeLink({ id, settings }: Application, { detail }: VerifiedLink): Promise<{ email: string; locale: string }> {
    const user = await this.services.users.findByHandle(id, detail as Email);
    return { email: detail ?? "", locale: user?.locale ?? settings.locales.default };
  }

  /** Runs in a transaction. */
  private async send(application: Application, email: Email, ttlSeconds: number, client: ClientInfo): Promise<ResetRequestOutcome> {
    const { challenges, users, audit } = this.services;
    const user = await users.findByHandle(application.id, email);
    const active = user?.status === "ACTIVE" ? user : null;
    const { ticket } = await challenges.openTicket(resetSubject(application, email), ttlSeconds);
    const { expiresAt, resendAvailableAt } = await issueResetCode(this.services, application, active, email);
    const actor = user?.id ?? null;
    await audit.record({ applicationId: application.id, event: "PASSWORD_RESET_REQUESTED", outcome: "SUCCESS", actor, client });
    return { kind: "requested", ticket, expiresAt, resendAvailableAt };
  }

  private async check(application: Application, email: Email, command: ResetCommand, client: ClientInfo): Promise<ResetOutcome | Failure> {
    const { challenges, hasher, database, audit } = this.services;
    const verified = await challenges.verify(resetSubject(application, email), command.code, command.ticket);
    if (!verified) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", client });
      return failure("INVALID_CODE");
    }
    return await challenges.refundAttemptOnError(verified, async () => {
      const newHash = await hasher.hash(command.newPassword);
      return await database.transaction(() => this.apply(application, email, verified, newHash, client));
    });
  }

  private async apply(application: Application, email: Email, verified: VerifiedChallenge, newHash: PasswordHash, client: ClientInfo) {
    const { challenges, users, sessions, outbox, audit, recognisedDevices } = this.services;
    const found = await users.findByHandle(application.id, email);
    if (found?.status !== "ACTIVE" || !(await challenges.consume(verified))) return failure("INVALID_CODE");
    const user = await users.resetPassword(found, newHash);
    const sessionsEnded = await sessions.endByUser(user, "PASSWORD_RESET");
    await outbox.queue({ application, template: "passwordChanged", to: email, locale: user.locale, parameters: {} });
    await audit.record({ applicationId: application.id, event: "PASSWORD_RESET", outcome: "SUCCESS", actor: user.id, client });
    return { kind: "reset" as const, sessionsEnded, deviceToken: recognisedDevices.issue(user) };
  }

  /** What strangers' guesses had closed is open again. The password is set: a failure here must not say otherwise. */
  private async resetLogInLimits(application: Application, email: Email, client: ClientInfo): Promise<void> {
    const { rateLimiter, log } = this.services;
    try {
      await rateLimiter.reset(logInKeys(application.id, email, client));
      await rateLimiter.refund(refundableMessageKeys(purposeOf(application, email)));
    } catch (error) {
      log.warn({ err: error }, "rate limit refund failed");
    }
  }
}
