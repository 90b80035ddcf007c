import type { Services } from "../../app/services.js";
import { acceptMetadata, codeDigits, isUserLimitReached, type NewUserServices } from "../../domain/account-operations/index.js";
import { type ApplicationContext, linkOf } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import type { IssuedChallenge } from "../../domain/one-time-codes/index.js";
import { messageKeys, networkOf, type RateLimitKey, signUpKey } from "../../domain/rate-limiting/index.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type Metadata } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type PasswordHash, randomToken } from "../../platform/crypto/index.js";
import { nullOnUniqueViolation, type Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import { createAccount, listPendingSignUps, signUpSubject } from "./new-account.js";

export interface SignUpCommand {
  readonly email: string;
  readonly password: string;
  readonly metadata: Metadata;
  readonly locale: string;
}
export interface ConfirmationOutcome {
  readonly kind: "confirmation";
  readonly ticket: string;
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}
/** A sign-up that has passed `validate`. */
interface AcceptedSignUp {
  readonly kind: "accepted";
  readonly email: Email;
  readonly emailAsTyped: string;
  readonly metadata: Metadata;
  readonly locale: string;
}

type Dependencies = Pick<Services, "hasher" | "rateLimiter" | "database" | "challenges" | "signIn" | "publicUrl" | "outbox" | "jwtIssuer"> &
  NewUserServices;

/** The first step of a sign-up: validates the input and sends a code or link. */
export class SignUpService {
  constructor(private readonly services: Dependencies) {}

  /** The result does not disclose whether the handle has an account; only the mail differs. */
  async signUp(context: ApplicationContext, command: SignUpCommand): Promise<ConfirmationOutcome | SignInResult | Failure> {
    const accepted = await this.validate(context, command);
    if (accepted.kind === "failure") return accepted;
    const skipsConfirmation = context.application.settings.signUp.flow === "NONE";
    const messageLimitKeys = skipsConfirmation ? [] : await this.messageLimitKeys(context, accepted.email);
    const work = async () => {
      const password = await this.services.hasher.hash(command.password);
      return skipsConfirmation
        ? await this.createWithoutConfirmation(context, accepted, password)
        : await this.requestConfirmation(context, accepted, password);
    };
    const limitKeys = [signUpKey(networkOf(context.client.address)), ...messageLimitKeys];
    const outcome = await this.services.rateLimiter.limited<ConfirmationOutcome | SignInResult | Failure>(context, limitKeys, work);
    if (skipsConfirmation && outcome.kind !== "failure") await this.services.rateLimiter.refund(limitKeys);
    return outcome;
  }

  /** Sends a new code for the latest pending sign-up. The returned ticket is random and does not select a sign-up. */
  async resendCode(context: ApplicationContext, handle: string): Promise<ConfirmationOutcome | Failure> {
    const email = canonicalEmail(handle);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const { database, rateLimiter, users } = this.services;
    const resend = () =>
      database.transaction(async (tx): Promise<ConfirmationOutcome> => {
        const pendingSignUps = await listPendingSignUps(this.services, context.application, email);
        const user = await users.findByHandle(context.application.id, email);
        const latest = user ? undefined : pendingSignUps.at(-1);
        const issued = await this.issueCode(context, tx, email, latest !== undefined);
        if (issued.code && latest) await this.queueConfirmation(context, tx, email, latest.locale, issued);
        const { expiresAt, resendAvailableAt } = issued;
        return { kind: "confirmation", ticket: randomToken(), expiresAt, resendAvailableAt };
      });
    return await rateLimiter.limited(context, await this.messageLimitKeys(context, email), resend);
  }

  /** Checks that do not look up the handle, so that failures disclose nothing about it. */
  private async validate(context: ApplicationContext, command: SignUpCommand): Promise<AcceptedSignUp | Failure> {
    const { settings } = context.application;
    if (!settings.signUp.enabled) return failure("SIGN_UP_CLOSED");
    const email = canonicalEmail(command.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const violations = passwordViolations(command.password, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["password"], violations });
    const accepted = acceptMetadata(this.services, context, email, { kind: "complete", given: command.metadata, setBy: "USER" });
    if (accepted.kind === "failure") return accepted;
    if (await isUserLimitReached(this.services, context.application)) return failure("SIGN_UP_CLOSED");
    return { ...accepted, email, emailAsTyped: command.email, locale: command.locale };
  }

  /** Writes the same rows if the handle has an account, but mails a notice instead of a code. */
  private async requestConfirmation(
    context: ApplicationContext,
    { kind: _, ...accepted }: AcceptedSignUp,
    password: PasswordHash,
  ): Promise<ConfirmationOutcome> {
    const { challenges, database, pendingSignUps, users, audit, clock } = this.services;
    const { email } = accepted;
    const { linkHours } = context.application.settings.signUp;
    const applicationId = context.application.id;
    return await database.transaction(async (tx) => {
      const user = await users.findByHandle(applicationId, email);
      const { ticket, slot } = await challenges.openTicket(tx, signUpSubject(context.application, email), linkHours * 3600);
      const now = clock.now();
      const times = { createdAt: now, expiresAt: addSeconds(now, linkHours * 3600) };
      const passwordColumns = { passwordHash: password.hash, passwordScheme: password.scheme };
      const network = networkOf(context.client.address);
      if (slot !== null) await pendingSignUps.put(tx, { ...accepted, ...passwordColumns, ...times, applicationId, slot, network });
      const issued = await this.issueCode(context, tx, email, true);
      if (issued.code && user) await this.queueNotice(context, tx, email, user.locale);
      else if (issued.code) await this.queueConfirmation(context, tx, email, accepted.locale, issued);
      await audit.success(context, "SIGN_UP_REQUESTED");
      const { expiresAt, resendAvailableAt } = issued;
      return { kind: "confirmation", ticket, expiresAt, resendAvailableAt };
    });
  }

  /** Flow NONE: without verification of the address, the result must disclose that a handle is taken. */
  private async createWithoutConfirmation(context: ApplicationContext, accepted: AcceptedSignUp, password: PasswordHash) {
    const { database, signIn } = this.services;
    const createAndSignIn = async (tx: Transaction) => {
      const user = await createAccount(context, tx, this.services, accepted.email, { ...accepted, password });
      return await signIn.complete(context, tx, user, ["pwd"]);
    };
    const decision = await database.transaction(createAndSignIn).catch(nullOnUniqueViolation);
    if (!decision) return failure("HANDLE_UNAVAILABLE", { path: ["handle", "email"] });
    return await signIn.toResult(context.application, decision);
  }

  /** Empty during the cool-down, when no message is sent. */
  private async messageLimitKeys(context: ApplicationContext, email: Email): Promise<RateLimitKey[]> {
    const subject = signUpSubject(context.application, email);
    return (await this.services.challenges.isCoolingDown(subject)) ? [] : messageKeys(subject, context.client);
  }

  private async issueCode(context: ApplicationContext, tx: Transaction, email: Email, send: boolean) {
    const { codeMinutes, codeDigits: configuredDigits, linkHours, flow } = context.application.settings.signUp;
    const lifetimes = { ttlSeconds: codeMinutes * 60, linkTtlSeconds: linkHours * 3600 };
    const digits = await codeDigits(this.services, context.application, configuredDigits);
    const issued = await this.services.challenges.issue(tx, signUpSubject(context.application, email), {
      digits,
      ...lifetimes,
      isDeliverable: send,
      detail: email,
    });
    // Flow LINK mails no code, so the expiry is that of the link.
    return flow === "LINK" ? { ...issued, expiresAt: issued.linkExpiresAt ?? issued.expiresAt } : issued;
  }

  private async queueConfirmation(
    context: ApplicationContext,
    tx: Transaction,
    email: Email,
    locale: string,
    { code, link, expiresAt }: IssuedChallenge,
  ): Promise<void> {
    const { codeMinutes, linkHours, flow } = context.application.settings.signUp;
    const parameters = { link: linkOf(this.services.publicUrl, context.application.id, link ?? ""), linkHours: String(linkHours) };
    const message = { to: email, locale, expiresAt, replacesKey: `sign-up:${email}` };
    if (flow === "LINK") await this.services.outbox.queue(context, tx, { ...message, template: "signUpLink", parameters });
    else
      await this.services.outbox.queue(context, tx, {
        ...message,
        template: "signUpCode",
        parameters: { ...parameters, code: code ?? "", minutes: String(codeMinutes) },
      });
  }

  private async queueNotice(context: ApplicationContext, tx: Transaction, email: Email, locale: string): Promise<void> {
    const replacesKey = `notice:${email}`;
    await this.services.outbox.queue(context, tx, { template: "signUpNotice", to: email, locale, parameters: {}, replacesKey });
  }
}
