import { setTimeout as delay } from "node:timers/promises";
import { isUniqueViolation } from "../../platform/database/index.js";
import { type Failure, failure, Refusal } from "../../platform/errors/index.js";
import { type Application, canSendSms, countryOfNumber, smsCountries } from "../applications/index.js";
import type { ChallengePurpose, ChallengeSubject } from "../one-time-codes/index.js";
import { answeredSms, codeAttempts, numbersOfAccount, type SmsUse, type Subject, smsSends } from "../rate-limiting/index.js";
import type { RequestOrigin } from "../request-context.js";
import { type Phone, phonePrefix, type User, verifiedPhone } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { codeDigits } from "./reset-code.js";

/** A code to be sent to a number on behalf of a user. */
export interface SmsCodeRequest {
  readonly user: User;
  /** The user's verified number, or one that is to be verified. */
  readonly phone: Phone;
  readonly purpose: ChallengePurpose;
  /** An SMS template that shows `code`; it may show `minutes` too. */
  readonly template: string;
}
export interface SmsCodeSent {
  readonly kind: "sent";
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}

export const LIFE_SECONDS = 300;

/** The challenge of a user's code by SMS: one at a time for each purpose; its detail is the number it went to. */
export const smsCodeSubject = ({ applicationId, id }: User, purpose: ChallengePurpose): ChallengeSubject => ({
  applicationId,
  purpose,
  binding: id,
});

/** Why the application sends nothing to a number; null when it does. */
export function refusalOfPhone({ keepsSms }: Pick<AccountServices, "keepsSms">, { settings }: Application, phone: Phone): Failure | null {
  const { twilio } = settings;
  if (!canSendSms(twilio) && !keepsSms) return failure("HANDLE_INVALID", { path: ["phone"] });
  const countries = smsCountries(twilio);
  const country = countryOfNumber(phone);
  if (countries === null || (country !== null && countries.includes(country))) return null;
  return failure("HANDLE_INVALID", { path: ["phone"], ...(country === null ? {} : { country }) });
}

/**
 * Makes a code (six digits, five minutes) and queues it as a text message, within every budget of text messages. Inside the cool-down
 * the code just sent stays: nothing is sent or counted again. `alongside` runs in the transaction of a code that is sent.
 * @throws Refusal UNAUTHENTICATED when the user is gone
 */
export async function issueSmsCode(
  nouns: AccountServices,
  application: Application,
  request: SmsCodeRequest,
  origin: RequestOrigin,
  alongside: () => Promise<void> = async () => {},
): Promise<SmsCodeSent | Failure> {
  const outcome =
    (await findJustSent(nouns, request)) ??
    (await nouns.throttle.guard<SmsCodeSent | Failure>(
      await subjectsOf(nouns, application, request),
      origin,
      () => nouns.database.transaction(() => send(nouns, application, request, alongside)),
      () => false,
    ));
  return outcome.kind === "failure" ? ((await findTwin(nouns, request)) ?? outcome) : outcome;
}

/**
 * Checks a code that came by SMS, counted before it is compared, and does what it is for: `apply` runs in the transaction that uses it
 * up, and may answer null or break a unique key to refuse it. One answer for every refusal.
 */
export async function verifySmsCode<Done extends { readonly kind: string }>(
  nouns: AccountServices,
  application: Application,
  { user, purpose }: Pick<SmsCodeRequest, "user" | "purpose">,
  code: string,
  origin: RequestOrigin,
  apply: (phone: Phone) => Promise<Done | null>,
): Promise<Done | Failure> {
  if (!/^[0-9]{6,10}$/.test(code)) return failure("INVALID_CODE", { path: ["code"] });
  const { challenges, throttle, database, audit } = nouns;
  const applicationId = application.id;
  return await throttle.guard<Done | Failure>(
    codeAttempts({ applicationId, purpose, handle: user.id }, null, origin),
    origin,
    async () => {
      const matched = await challenges.attempt(smsCodeSubject(user, purpose), code, null);
      const phone = matched?.detail as Phone | undefined;
      const redeem = () =>
        database.transaction(async () => (matched && phone && (await challenges.consume(matched)) ? await apply(phone) : null));
      const done = matched && (await challenges.spend(matched, () => redeem().catch(nullWhenTaken)));
      if (done && phone) {
        await giveBackAnsweredSms(nouns, application, user, phone);
        return done;
      }
      await audit.record({ applicationId, event: "CODE_REFUSED", outcome: "FAILURE", actor: user.id, origin });
      return failure("INVALID_CODE", { path: ["code"] });
    },
    ({ kind }) => kind !== "failure",
  );
}

/** Tells a user something at their verified number, unless its budgets are used up. Runs in the caller's transaction. */
export async function queueSmsNotice(
  nouns: AccountServices,
  application: Application,
  user: User,
  template: string,
  origin: RequestOrigin,
): Promise<void> {
  const to = verifiedPhone(user);
  if (!to) return;
  const taken = await nouns.throttle.take(smsSends(smsUseOf(nouns, application, user, to)), origin);
  if (taken.kind === "taken") await nouns.outbox.queueSms({ application, template, to, locale: user.locale, parameters: {} });
}

/** A message that was answered with its right code costs its account and number nothing. `user` is as when it was sent. */
export async function giveBackAnsweredSms(nouns: AccountServices, application: Application, user: User, phone: Phone): Promise<void> {
  // What it was for is done: a budget that cannot be reached must not undo it.
  await nouns.throttle.giveBackOne(answeredSms(smsUseOf(nouns, application, user, phone))).catch(() => {});
}

async function findJustSent({ challenges, clock }: AccountServices, { user, phone, purpose }: SmsCodeRequest): Promise<SmsCodeSent | null> {
  const live = await challenges.findLive(smsCodeSubject(user, purpose));
  if (live?.detail !== phone || live.resendAvailableAt <= clock.now()) return null;
  return { kind: "sent", expiresAt: live.expiresAt, resendAvailableAt: live.resendAvailableAt };
}

/** Another request of the same moment may have used the budget up and be about to send what this one asked for. */
async function findTwin(nouns: AccountServices, request: SmsCodeRequest): Promise<SmsCodeSent | null> {
  for (const pauseMs of [0, 50, 250]) {
    await delay(pauseMs);
    const sent = await findJustSent(nouns, request);
    if (sent) return sent;
  }
  return null;
}

async function send(
  nouns: AccountServices,
  application: Application,
  { user, phone, purpose, template }: SmsCodeRequest,
  alongside: () => Promise<void>,
): Promise<SmsCodeSent> {
  const { users, challenges, outbox } = nouns;
  if (!(await users.lockActive(user))) throw new Refusal("UNAUTHENTICATED");
  const subject = smsCodeSubject(user, purpose);
  // A code for one number says nothing about another.
  if ((await challenges.findLive(subject))?.detail !== phone) await challenges.delete(subject);
  const digits = await codeDigits(nouns, application);
  const issued = await challenges.issue(subject, { digits, ttlSeconds: LIFE_SECONDS, send: true, detail: phone });
  const { code, expiresAt, resendAvailableAt } = issued;
  if (code) {
    const parameters = { code, minutes: String(LIFE_SECONDS / 60) };
    const replacesKey = `sms:${purpose}:${user.id}`;
    await outbox.queueSms({ application, template, to: phone, locale: user.locale, parameters, expiresAt, replacesKey });
    await alongside();
  }
  return { kind: "sent", expiresAt, resendAvailableAt };
}

/** The budgets of one more message. */
async function subjectsOf(nouns: AccountServices, application: Application, { user, phone }: SmsCodeRequest): Promise<Subject[]> {
  const use = smsUseOf(nouns, application, user, phone);
  const [mark, number] = numbersOfAccount(application.id, user.id, phone);
  const isNewNumber = !use.isVerified && !(await nouns.throttle.isExhausted(mark));
  return [...smsSends(use), ...(isNewNumber ? [mark, number] : [])];
}

const smsUseOf = ({ smsPerDay }: AccountServices, { id, settings }: Application, user: User, phone: Phone): SmsUse => ({
  applicationId: id,
  userId: user.id,
  phone,
  prefix: phonePrefix(phone),
  isVerified: verifiedPhone(user) === phone,
  perApplication: settings.twilio.messagesPerDay,
  perGateway: smsPerDay,
});

function nullWhenTaken(error: unknown): null {
  if (isUniqueViolation(error)) return null;
  throw error;
}
