import type { Services } from "../../app/services.js";
import { codeDigits, isUserLimitReached } from "../../domain/account-operations/index.js";
import { type Application, linkOf } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import type { IssuedChallenge } from "../../domain/one-time-codes/index.js";
import { messageKeys, networkOf, type RateLimitKey, signUpKey } from "../../domain/rate-limiting/index.js";
import type { ClientInfo } from "../../domain/request-context.js";
import type { SignInResult } from "../../domain/sessions/index.js";
import { canonicalEmail, type Email, type Metadata, validateMetadata } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type PasswordHash, randomToken } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import { createAccount, listPendingSignUps, nullOnUniqueViolation, signUpPurpose, signUpSubject } from "./new-account.js";

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
/** A sign-up that passed every check that does not look anybody up. */
interface AcceptedSignUp {
  readonly kind: "accepted";
  readonly email: Email;
  readonly emailAsTyped: string;
  readonly metadata: Metadata;
  readonly locale: string;
}

/** How somebody without an account asks for one. */
export class SignUpService {
  constructor(private readonly services: Services) {}

  /** Answers alike for known and unknown handles; their owners get different mails. */
  async signUp(
    application: Application,
    command: SignUpCommand,
    client: ClientInfo,
  ): Promise<ConfirmationOutcome | SignInResult | Failure> {
    const accepted = await this.validate(application, command);
    if (accepted.kind === "failure") return accepted;
    const skipsConfirmation = application.settings.signUp.flow === "NONE";
    const messageLimitKeys = skipsConfirmation ? [] : await this.messageLimitKeys(application, accepted.email, client);
    const work = async () => {
      const password = await this.services.hasher.hash(command.password);
      return skipsConfirmation
        ? await this.createWithoutConfirmation(application, accepted, password, client)
        : await this.requestConfirmation(application, accepted, password, client);
    };
    const limitKeys = [signUpKey(networkOf(client.address)), ...messageLimitKeys];
    const outcome = await this.services.rateLimiter.limited<ConfirmationOutcome | SignInResult | Failure>(
      limitKeys,
      client,
      work,
      () => false,
    );
    if (skipsConfirmation && outcome.kind !== "failure") await this.services.rateLimiter.refund(limitKeys);
    return outcome;
  }

  /** Sends a new code to a waiting sign-up. The ticket it answers with names nothing: it must not choose between sign-ups. */
  async resendCode(application: Application, handle: string, client: ClientInfo): Promise<ConfirmationOutcome | Failure> {
    const email = canonicalEmail(handle);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const { database, rateLimiter, users } = this.services;
    const resend = () =>
      database.transaction(async (tx): Promise<ConfirmationOutcome> => {
        const pendingSignUps = await listPendingSignUps(this.services, application, email);
        const user = await users.findByHandle(application.id, email);
        const latest = user ? undefined : pendingSignUps.at(-1);
        const issued = await this.issueCode(tx, application, email, latest !== undefined);
        if (issued.code && latest) await this.queueConfirmation(tx, application, email, latest.locale, issued);
        const { expiresAt, resendAvailableAt } = issued;
        return { kind: "confirmation", ticket: randomToken(), expiresAt, resendAvailableAt };
      });
    return await rateLimiter.limited(await this.messageLimitKeys(application, email, client), client, resend, () => false);
  }

  /** Every check that needs no look-up, so that its answer tells nothing about the handle. */
  private async validate(application: Application, command: SignUpCommand): Promise<AcceptedSignUp | Failure> {
    const { settings } = application;
    if (!settings.signUp.enabled) return failure("SIGN_UP_CLOSED");
    const email = canonicalEmail(command.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const violations = passwordViolations(command.password, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["password"], violations });
    const outcome = validateMetadata(settings.metadata.fields, command.metadata, "USER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    if (!this.services.jwtIssuer.fitsSizeLimit(application, email, outcome.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    if (await isUserLimitReached(this.services, application)) return failure("SIGN_UP_CLOSED");
    return { kind: "accepted", email, emailAsTyped: command.email, metadata: outcome.metadata, locale: command.locale };
  }

  /** The same rows are written for a taken handle; its owner is told by mail instead of getting a code. */
  private async requestConfirmation(
    application: Application,
    { kind: _, ...accepted }: AcceptedSignUp,
    password: PasswordHash,
    client: ClientInfo,
  ): Promise<ConfirmationOutcome> {
    const { challenges, database, pendingSignUps, users, audit, clock } = this.services;
    const { email } = accepted;
    const { linkHours } = application.settings.signUp;
    const applicationId = application.id;
    return await database.transaction(async (tx) => {
      const user = await users.findByHandle(applicationId, email);
      const { ticket, slot } = await challenges.openTicket(tx, signUpSubject(application, email), linkHours * 3600);
      const now = clock.now();
      const times = { createdAt: now, expiresAt: addSeconds(now, linkHours * 3600) };
      const passwordColumns = { passwordHash: password.hash, passwordScheme: password.scheme };
      const network = networkOf(client.address);
      if (slot !== null) await pendingSignUps.put(tx, { ...accepted, ...passwordColumns, ...times, applicationId, slot, network });
      const issued = await this.issueCode(tx, application, email, true);
      if (issued.code && user) await this.queueNotice(tx, application, email, user.locale);
      else if (issued.code) await this.queueConfirmation(tx, application, email, accepted.locale, issued);
      await audit.record({ applicationId, event: "SIGN_UP_REQUESTED", outcome: "SUCCESS", client });
      const { expiresAt, resendAvailableAt } = issued;
      return { kind: "confirmation", ticket, expiresAt, resendAvailableAt };
    });
  }

  /** Flow NONE: no proof of the address, so a taken handle cannot be hidden. */
  private async createWithoutConfirmation(application: Application, accepted: AcceptedSignUp, password: PasswordHash, client: ClientInfo) {
    const { database, signIn } = this.services;
    const createAndSignIn = async (tx: Transaction) => {
      const user = await createAccount(tx, this.services, application, accepted.email, { ...accepted, password }, client);
      return await signIn.complete(tx, application, user, ["pwd"], client);
    };
    const decision = await database.transaction(createAndSignIn).catch(nullOnUniqueViolation);
    if (!decision) return failure("HANDLE_UNAVAILABLE", { path: ["handle", "email"] });
    return await signIn.toResult(application, decision);
  }

  /** Inside the cool-down nothing is sent, so nothing is counted. */
  private async messageLimitKeys(application: Application, email: Email, client: ClientInfo): Promise<RateLimitKey[]> {
    const isCoolingDown = await this.services.challenges.isCoolingDown(signUpSubject(application, email));
    return isCoolingDown ? [] : messageKeys(signUpPurpose(application, email), client);
  }

  private async issueCode(tx: Transaction, application: Application, email: Email, send: boolean) {
    const { codeMinutes, codeDigits: configuredDigits, linkHours, flow } = application.settings.signUp;
    const lifetimes = { ttlSeconds: codeMinutes * 60, linkTtlSeconds: linkHours * 3600 };
    const digits = await codeDigits(this.services, application, configuredDigits);
    const issued = await this.services.challenges.issue(tx, signUpSubject(application, email), {
      digits,
      ...lifetimes,
      isDeliverable: send,
      detail: email,
    });
    // Flow LINK mails no code: what is told is the life of the link.
    return flow === "LINK" ? { ...issued, expiresAt: issued.linkExpiresAt ?? issued.expiresAt } : issued;
  }

  private async queueConfirmation(
    tx: Transaction,
    application: Application,
    email: Email,
    locale: string,
    { code, link, expiresAt }: IssuedChallenge,
  ): Promise<void> {
    const { codeMinutes, linkHours, flow } = application.settings.signUp;
    const parameters = { link: linkOf(this.services.publicUrl, application.id, link ?? ""), linkHours: String(linkHours) };
    const message = { application, to: email, locale, expiresAt, replacesKey: `sign-up:${email}` };
    if (flow === "LINK") await this.services.outbox.queue(tx, { ...message, template: "signUpLink", parameters });
    else
      await this.services.outbox.queue(tx, {
        ...message,
        template: "signUpCode",
        parameters: { ...parameters, code: code ?? "", minutes: String(codeMinutes) },
      });
  }

  private async queueNotice(tx: Transaction, application: Application, email: Email, locale: string): Promise<void> {
    const replacesKey = `notice:${email}`;
    await this.services.outbox.queue(tx, { application, template: "signUpNotice", to: email, locale, parameters: {}, replacesKey });
  }
}
