import type { Nouns } from "../../app/services.js";
import { queueResetCode, resetSubject } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import { COOL_DOWN_SECONDS, type FoundLink, type MatchedChallenge } from "../../domain/one-time-codes/index.js";
import { type AccountPurpose, answeredSends, codeAttempts, logInSubjects, sends } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
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
  constructor(private readonly nouns: Nouns) {}

  /** The same answer and the same work for every handle; only an active user's owner gets a mail. */
  async request(application: Application, handle: string, origin: RequestOrigin): Promise<ResetRequestOutcome | Failure> {
    const { database, challenges, throttle, clock } = this.nouns;
    const minutes = application.settings.password.resetCodeMinutes;
    const email = canonicalEmail(handle);
    if (!email) {
      const now = clock.now();
      const times = { expiresAt: addSeconds(now, minutes * 60), resendAvailableAt: addSeconds(now, COOL_DOWN_SECONDS) };
      return { kind: "requested", ticket: randomToken(), ...times };
    }
    const subjects = (await challenges.isCoolingDown(resetSubject(application, email))) ? [] : sends(purposeOf(application, email), origin);
    const send = () => this.send(application, email, minutes * 60, origin);
    return await throttle.guard(
      subjects,
      origin,
      () => database.transaction(send),
      () => false,
    );
  }

  /** Sets the new password and ends every session. The new password is judged before the code, so that a weak one costs no attempt. */
  async reset(application: Application, command: ResetCommand, origin: RequestOrigin): Promise<ResetOutcome | Failure> {
    const { settings } = application;
    const email = canonicalEmail(command.handle);
    const context = { applicationName: settings.general.name, email };
    const violations = passwordViolations(command.newPassword, settings.password, context);
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["newPassword"], violations });
    if (!email || !/^[0-9]{6,10}$/.test(command.code)) return failure("INVALID_CODE");
    const { challenges, throttle } = this.nouns;
    const held = await challenges.findTicket(resetSubject(application, email), command.ticket);
    const outcome = await throttle.guard(
      codeAttempts(purposeOf(application, email), held, origin),
      origin,
      () => this.check(application, email, command, origin),
      ({ kind }) => kind === "reset",
    );
    if (outcome.kind === "reset") await this.reopen(application, email, origin);
    return outcome;
  }

  /** A link of the mail: the same reset, proved by the link instead of the code. */
  async resetByLink(application: Application, link: FoundLink, newPassword: string, origin: RequestOrigin): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const context = { applicationName: application.settings.general.name, email };
    const violations = passwordViolations(newPassword, application.settings.password, context);
    if (violations.length > 0) return { kind: "refused", violations };
    const next = await this.nouns.hasher.hash(newPassword);
    const outcome = await this.nouns.database.transaction(() => this.apply(application, email, link, next, origin));
    if (outcome.kind === "failure") return { kind: "gone" };
    await this.reopen(application, email, origin);
    return { kind: "done" };
  }

  async describeLink({ id, settings }: Application, { detail }: FoundLink): Promise<{ email: string; locale: string }> {
    const user = await this.nouns.users.findByHandle(id, detail as Email);
    return { email: detail ?? "", locale: user?.locale ?? settings.locales.default };
  }

  /** Runs in a transaction. */
  private async send(application: Application, email: Email, ttlSeconds: number, origin: RequestOrigin): Promise<ResetRequestOutcome> {
    const { challenges, users, audit } = this.nouns;
    const user = await users.findByHandle(application.id, email);
    const active = user?.status === "ACTIVE" ? user : null;
    const { ticket } = await challenges.openTicket(resetSubject(application, email), ttlSeconds);
    const { expiresAt, resendAvailableAt } = await queueResetCode(this.nouns, application, active, email);
    const actor = user?.id ?? null;
    await audit.record({ applicationId: application.id, event: "PASSWORD_RESET_REQUESTED", outcome: "SUCCESS", actor, origin });
    return { kind: "requested", ticket, expiresAt, resendAvailableAt };
  }

  private async check(
    application: Application,
    email: Email,
    command: ResetCommand,
    origin: RequestOrigin,
  ): Promise<ResetOutcome | Failure> {
    const { challenges, hasher, database, audit } = this.nouns;
    const matched = await challenges.attempt(resetSubject(application, email), command.code, command.ticket);
    if (!matched) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", origin });
      return failure("INVALID_CODE");
    }
    return await challenges.spend(matched, async () => {
      const next = await hasher.hash(command.newPassword);
      return await database.transaction(() => this.apply(application, email, matched, next, origin));
    });
  }

  private async apply(application: Application, email: Email, matched: MatchedChallenge, next: PasswordHash, origin: RequestOrigin) {
    const { challenges, users, sessions, outbox, audit, knownDevices } = this.nouns;
    const found = await users.findByHandle(application.id, email);
    if (found?.status !== "ACTIVE" || !(await challenges.consume(matched))) return failure("INVALID_CODE");
    const user = await users.resetPassword(found, next);
    const sessionsEnded = await sessions.endOfUser(user, "PASSWORD_RESET");
    await outbox.queue({ application, template: "passwordChanged", to: email, locale: user.locale, parameters: {} });
    await audit.record({ applicationId: application.id, event: "PASSWORD_RESET", outcome: "SUCCESS", actor: user.id, origin });
    return { kind: "reset" as const, sessionsEnded, deviceToken: knownDevices.issue(user) };
  }

  /** What strangers' guesses had closed is open again. The password is set: a failure here must not say otherwise. */
  private async reopen(application: Application, email: Email, origin: RequestOrigin): Promise<void> {
    const { throttle, log } = this.nouns;
    try {
      await throttle.clear(logInSubjects(application.id, email, origin));
      await throttle.giveBackOne(answeredSends(purposeOf(application, email)));
    } catch (error) {
      log.warn({ err: error }, "budgets not given back");
    }
  }
}
