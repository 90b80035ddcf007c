import type { Nouns } from "../../app/services.js";
import { queueResetCode } from "../../domain/account-operations/index.js";
import type { Application } from "../../domain/applications/index.js";
import type { FoundLink, MatchedChallenge } from "../../domain/one-time-codes/index.js";
import { answeredSends, codeAttempts, signUpsFrom } from "../../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../../domain/request-context.js";
import type { Entry } from "../../domain/sessions/index.js";
import { acceptMetadata, canonicalEmail, type Email, type PendingSignUpEntity } from "../../domain/users/index.js";
import type { PasswordHash } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { LinkOutcome } from "../flow.js";
import { createAccount, listWaiting, neutralLoser, type PersonalData, signUpPurpose, signUpSubject } from "./new-account.js";

export interface CompletionCommand {
  readonly handle: string;
  readonly code: string;
  readonly ticket: string | null;
}

/** The second half of a sign-up: the mailed code proves the mailbox, and the user is made. */
export class SignUpCompletionService {
  constructor(private readonly nouns: Nouns) {}

  /** Makes the user and logs in. Exactly one of several requests with one code succeeds. */
  async complete(application: Application, { handle, code, ticket }: CompletionCommand, origin: RequestOrigin): Promise<Entry | Failure> {
    const email = canonicalEmail(handle);
    if (!email || !/^[0-9]{6,10}$/.test(code)) return failure("INVALID_CODE");
    const { challenges, throttle } = this.nouns;
    const held = await challenges.findTicket(signUpSubject(application, email), ticket);
    const subjects = codeAttempts(signUpPurpose(application, email), held, origin);
    return await throttle.guard(
      subjects,
      origin,
      () => this.check(application, email, code, ticket, origin),
      ({ kind }) => kind !== "failure",
    );
  }

  private async check(
    application: Application,
    email: Email,
    code: string,
    ticket: string | null,
    origin: RequestOrigin,
  ): Promise<Entry | Failure> {
    const { challenges, database, faults, admission, audit } = this.nouns;
    const matched = await challenges.attempt(signUpSubject(application, email), code, ticket);
    const turn = (right: MatchedChallenge) =>
      database.transaction(async () => {
        const made = await this.turnIntoUser(application, email, right, origin);
        // Without a password, the mailed code is what was proved.
        return made && { ...made, admitted: await admission.admit(application, made.user, [made.user.password ? "pwd" : "otp"], origin) };
      });
    const opened = matched && (await challenges.spend(matched, () => turn(matched).catch(neutralLoser)));
    if (!opened) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", origin });
      return failure("INVALID_CODE");
    }
    await faults.pauseAt("sign-up.after-commit");
    await this.giveBudgetsBack(application, email, opened.networks);
    return await admission.answer(application, opened.admitted);
  }

  /** The button of the mailed link was pressed: makes the user; the app logs in. */
  async completeByLink(application: Application, link: FoundLink, origin: RequestOrigin): Promise<LinkOutcome> {
    const email = link.detail as Email;
    const { database, audit } = this.nouns;
    const made = await database.transaction(() => this.turnIntoUser(application, email, link, origin)).catch(neutralLoser);
    if (!made) {
      await audit.record({ applicationId: application.id, event: "CODE_REFUSED", outcome: "FAILURE", origin });
      return { kind: "gone" };
    }
    await this.giveBudgetsBack(application, email, made.networks);
    return { kind: made.user.password ? "done" : "passwordless" };
  }

  async describeLink(application: Application, { detail }: FoundLink): Promise<{ email: string; locale: string }> {
    const waiting = await listWaiting(this.nouns, application, detail as Email);
    return { email: detail ?? "", locale: waiting.at(-1)?.locale ?? application.settings.locales.default };
  }

  /** Null when the code was used meanwhile or the handle has an owner. */
  private async turnIntoUser(application: Application, email: Email, matched: MatchedChallenge, origin: RequestOrigin) {
    const { challenges, pendingSignUps, users, faults } = this.nouns;
    const waiting = await listWaiting(this.nouns, application, email);
    if (!(await challenges.consume(matched)) || waiting.length === 0 || (await users.findByHandle(application.id, email))) return null;
    const named = waiting.find(({ slot }) => slot === matched.slot) ?? (waiting.length === 1 ? waiting[0] : undefined);
    const personal = named ? toPersonalData(named) : this.withoutCredentials(application, email, waiting);
    const user = await createAccount(this.nouns, application, email, personal, origin);
    if (!named) await queueResetCode(this.nouns, application, user, email);
    await pendingSignUps.deleteOfHandle(application.id, email);
    await faults.pauseAt("sign-up.before-commit");
    return { user, networks: waiting.map(({ network }) => network) };
  }

  /** Several people claim the handle and none is named: whoever proved the mailbox gets the account, but nobody's password. */
  private withoutCredentials(application: Application, email: Email, waiting: readonly PendingSignUpEntity[]): PersonalData {
    const defaults = acceptMetadata(application.settings.metadata.fields, {}, "DEVELOPER");
    return {
      password: null,
      metadata: defaults.kind === "accepted" ? { ...defaults.metadata } : {},
      locale: waiting.at(-1)?.locale ?? application.settings.locales.default,
      emailAsTyped: email,
    };
  }

  /** A confirmed sign-up and an answered mail count no more. The user is made: a failure here must not say otherwise. */
  private async giveBudgetsBack(application: Application, email: Email, networks: readonly string[]): Promise<void> {
    const subjects = [...networks.slice(0, 1).map(signUpsFrom), ...answeredSends(signUpPurpose(application, email))];
    await this.nouns.throttle
      .giveBackOne(subjects)
      .catch((error: unknown) => this.nouns.log.warn({ err: error }, "budgets not given back"));
  }
}

const toPersonalData = ({ emailAsTyped, metadata, locale, passwordHash, passwordScheme }: PendingSignUpEntity): PersonalData => ({
  emailAsTyped,
  metadata,
  locale,
  password: { hash: passwordHash, scheme: passwordScheme as PasswordHash["scheme"] },
});
