import type { Nouns } from "../../app/services.js";
import { codeDigits, isFull } from "../../domain/account-operations/index.js";
import { type Application, linkOf } from "../../domain/applications/index.js";
import { passwordViolations } from "../../domain/authenticators/index.js";
import type { IssuedChallenge } from "../../domain/one-time-codes/index.js";
import { networkOf, type Subject, sends, signUpsFrom } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { Entry } from "../../domain/sessions/index.js";
import { acceptMetadata, canonicalEmail, type Email, type Metadata } from "../../domain/users/index.js";
import { addSeconds } from "../../platform/clock.js";
import { type PasswordHash, randomToken } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import { createAccount, listWaiting, neutralLoser, signUpPurpose, signUpSubject } from "./new-account.js";

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
  constructor(private readonly nouns: Nouns) {}

  /** Answers alike for known and unknown handles; their owners get different mails. */
  async signUp(application: Application, command: SignUpCommand, origin: RequestOrigin): Promise<ConfirmationOutcome | Entry | Failure> {
    const accepted = await this.accept(application, command);
    if (accepted.kind === "failure") return accepted;
    const isAtOnce = application.settings.signUp.flow === "NONE";
    const messages = isAtOnce ? [] : await this.sendSubjects(application, accepted.email, origin);
    const work = async () => {
      const password = await this.nouns.hasher.hash(command.password);
      return isAtOnce
        ? await this.createAtOnce(application, accepted, password, origin)
        : await this.requestConfirmation(application, accepted, password, origin);
    };
    const subjects = [signUpsFrom(networkOf(origin.address)), ...messages];
    const outcome = await this.nouns.throttle.guard<ConfirmationOutcome | Entry | Failure>(subjects, origin, work, () => false);
    if (isAtOnce && outcome.kind !== "failure") await this.nouns.throttle.giveBackOne(subjects);
    return outcome;
  }

  /** Sends a new code to a waiting sign-up. The ticket it answers with names nothing: it must not choose between sign-ups. */
  async resendCode(application: Application, handle: string, origin: RequestOrigin): Promise<ConfirmationOutcome | Failure> {
    const email = canonicalEmail(handle);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const { database, throttle, users } = this.nouns;
    const resend = () =>
      database.transaction(async (): Promise<ConfirmationOutcome> => {
        const waiting = await listWaiting(this.nouns, application, email);
        const user = await users.findByHandle(application.id, email);
        const latest = user ? undefined : waiting.at(-1);
        const issued = await this.issueCode(application, email, latest !== undefined);
        if (issued.code && latest) await this.queueProof(application, email, latest.locale, issued);
        const { expiresAt, resendAvailableAt } = issued;
        return { kind: "confirmation", ticket: randomToken(), expiresAt, resendAvailableAt };
      });
    return await throttle.guard(await this.sendSubjects(application, email, origin), origin, resend, () => false);
  }

  /** Every check that needs no look-up, so that its answer tells nothing about the handle. */
  private async accept(application: Application, command: SignUpCommand): Promise<AcceptedSignUp | Failure> {
    const { settings } = application;
    if (!settings.signUp.enabled) return failure("SIGN_UP_CLOSED");
    const email = canonicalEmail(command.email);
    if (!email) return failure("HANDLE_INVALID", { path: ["handle", "email"] });
    const violations = passwordViolations(command.password, settings.password, { applicationName: settings.general.name, email });
    if (violations.length > 0) return failure("PASSWORD_REFUSED", { path: ["password"], violations });
    const outcome = acceptMetadata(settings.metadata.fields, command.metadata, "USER");
    if (outcome.kind === "refused") return failure("METADATA_REFUSED", { path: ["metadata"], fields: outcome.fields });
    if (!this.nouns.jwtIssuer.fits(application, email, outcome.metadata))
      return failure("METADATA_REFUSED", { path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    if (await isFull(this.nouns, application)) return failure("SIGN_UP_CLOSED");
    return { kind: "accepted", email, emailAsTyped: command.email, metadata: outcome.metadata, locale: command.locale };
  }

  /** The same rows are written for a taken handle; its owner is told by mail instead of getting a code. */
  private async requestConfirmation(
    application: Application,
    { kind: _, ...personal }: AcceptedSignUp,
    password: PasswordHash,
    origin: RequestOrigin,
  ): Promise<ConfirmationOutcome> {
    const { challenges, database, pendingSignUps, users, audit, clock } = this.nouns;
    const { email } = personal;
    const { linkHours } = application.settings.signUp;
    const applicationId = application.id;
    return await database.transaction(async () => {
      const user = await users.findByHandle(applicationId, email);
      const { ticket, slot } = await challenges.openTicket(signUpSubject(application, email), linkHours * 3600);
      const now = clock.now();
      const times = { createdAt: now, expiresAt: addSeconds(now, linkHours * 3600) };
      const secret = { passwordHash: password.hash, passwordScheme: password.scheme };
      const network = networkOf(origin.address);
      if (slot !== null) await pendingSignUps.put({ ...personal, ...secret, ...times, applicationId, slot, network });
      const issued = await this.issueCode(application, email, true);
      if (issued.code && user) await this.queueNotice(application, email, user.locale);
      else if (issued.code) await this.queueProof(application, email, personal.locale, issued);
      await audit.record({ applicationId, event: "SIGN_UP_REQUESTED", outcome: "SUCCESS", origin });
      const { expiresAt, resendAvailableAt } = issued;
      return { kind: "confirmation", ticket, expiresAt, resendAvailableAt };
    });
  }

  /** Flow NONE: no proof of the address, so a taken handle cannot be hidden. */
  private async createAtOnce(application: Application, accepted: AcceptedSignUp, password: PasswordHash, origin: RequestOrigin) {
    const { database, admission } = this.nouns;
    const open = async () => {
      const user = await createAccount(this.nouns, application, accepted.email, { ...accepted, password }, origin);
      return await admission.admit(application, user, ["pwd"], origin);
    };
    const admitted = await database.transaction(open).catch(neutralLoser);
    if (!admitted) return failure("HANDLE_UNAVAILABLE", { path: ["handle", "email"] });
    return await admission.answer(application, admitted);
  }

  /** Inside the cool-down nothing is sent, so nothing is counted. */
  private async sendSubjects(application: Application, email: Email, origin: RequestOrigin): Promise<Subject[]> {
    const isCoolingDown = await this.nouns.challenges.isCoolingDown(signUpSubject(application, email));
    return isCoolingDown ? [] : sends(signUpPurpose(application, email), origin);
  }

  private async issueCode(application: Application, email: Email, send: boolean) {
    const { codeMinutes, codeDigits: wanted, linkHours, flow } = application.settings.signUp;
    const lives = { ttlSeconds: codeMinutes * 60, linkTtlSeconds: linkHours * 3600 };
    const digits = await codeDigits(this.nouns, application, wanted);
    const issued = await this.nouns.challenges.issue(signUpSubject(application, email), { digits, ...lives, send, detail: email });
    // Flow LINK mails no code: what is told is the life of the link.
    return flow === "LINK" ? { ...issued, expiresAt: issued.linkExpiresAt ?? issued.expiresAt } : issued;
  }

  private async queueProof(
    application: Application,
    email: Email,
    locale: string,
    { code, link, expiresAt }: IssuedChallenge,
  ): Promise<void> {
    const { codeMinutes, linkHours, flow } = application.settings.signUp;
    const parameters = { link: linkOf(this.nouns.publicUrl, application.id, link ?? ""), linkHours: String(linkHours) };
    const message = { application, to: email, locale, expiresAt, replacesKey: `sign-up:${email}` };
    if (flow === "LINK") await this.nouns.outbox.queue({ ...message, template: "signUpLink", parameters });
    else
      await this.nouns.outbox.queue({
        ...message,
        template: "signUpCode",
        parameters: { ...parameters, code: code ?? "", minutes: String(codeMinutes) },
      });
  }

  private async queueNotice(application: Application, email: Email, locale: string): Promise<void> {
    const replacesKey = `notice:${email}`;
    await this.nouns.outbox.queue({ application, template: "signUpNotice", to: email, locale, parameters: {}, replacesKey });
  }
}
