import { setTimeout as delay } from "node:timers/promises";
import { nullOnUniqueViolation, type Transaction } from "../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";
import type { ApplicationContext } from "../applications/index.js";
import { type Application, canSendSms, countryOfNumber, smsCountries } from "../applications/index.js";
import { type ChallengePurpose, type ChallengeSubject, canonicalCode } from "../one-time-codes/index.js";
import { codeKeys, newNumberKeys, type RateLimitKey, refundableSmsKeys, type SmsUse, smsKeys } from "../rate-limiting/index.js";
import { actingAsUser } from "../request-context.js";
import { type Phone, phonePrefix, type User, verifiedPhone } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { codeDigits } from "./password-reset-code.js";

/** A code to send to a phone number of a user. */
export interface SmsCodeRequest {
  readonly user: User;
  /** The user's verified number, or one to be verified. */
  readonly phone: Phone;
  readonly purpose: ChallengePurpose;
  /** An SMS template with the variable `code` and optionally `minutes`. */
  readonly template: string;
}
/** A code is on its way, by mail or as a text message. */
export interface SentCode {
  readonly kind: "sent";
  readonly expiresAt: Date;
  readonly resendAvailableAt: Date;
}

/** What sending a code requires. */
export type SmsCodeServices = Pick<AccountServices, "users" | "challenges" | "rateLimiter" | "database" | "outbox" | "clock" | "smsPerDay">;
/** What counting text messages requires. */
export type SmsLimitServices = Pick<AccountServices, "rateLimiter" | "smsPerDay">;

export const SMS_CODE_TTL_SECONDS = 300;

/** The challenge of a user's SMS code: one at a time per purpose. Its detail is the phone number. */
export const smsCodeSubject = ({ applicationId, id }: User, purpose: ChallengePurpose): ChallengeSubject => ({
  applicationId,
  purpose,
  binding: id,
});

/** The reason why the application cannot send to a number; null when it can. */
export function findPhoneFailure(
  { capturesSms }: Pick<AccountServices, "capturesSms">,
  { settings }: Application,
  phone: Phone,
): Failure | null {
  const { twilio } = settings;
  if (!canSendSms(twilio) && !capturesSms) return failure("HANDLE_INVALID", { path: ["phone"] });
  const countries = smsCountries(twilio);
  const country = countryOfNumber(phone);
  if (countries === null || (country !== null && countries.includes(country))) return null;
  return failure("HANDLE_INVALID", { path: ["phone"], ...(country === null ? {} : { country }) });
}

/**
 * Issues a code (valid for five minutes) and queues it as a text message, subject to all SMS rate limits. In the cool-down the code just
 * sent stays valid: nothing is sent or counted again. `onSend` runs in the transaction that queues a code.
 * @throws GatewayError UNAUTHENTICATED when the user is no longer active
 */
export async function issueSmsCode(
  context: ApplicationContext,
  services: SmsCodeServices,
  request: SmsCodeRequest,
  onSend: (tx: Transaction) => Promise<void> = async () => {},
): Promise<SentCode | Failure> {
  const outcome =
    (await findRecentlySent(services, request)) ??
    (await services.rateLimiter.limited<SentCode | Failure>(context, await rateLimitKeysFor(services, context.application, request), () =>
      services.database.transaction((tx) => send(context, tx, services, request, onSend)),
    ));
  return outcome.kind === "failure" ? ((await findConcurrentRequest(services, request)) ?? outcome) : outcome;
}

/**
 * Verifies an SMS code; the attempt is counted before comparison. `apply` runs in the transaction that consumes the code and can reject
 * it by returning null or violating a unique key. Every rejection has the same response.
 */
export async function verifySmsCode<Done extends { readonly kind: string }>(
  context: ApplicationContext,
  services: SmsLimitServices & Pick<AccountServices, "challenges" | "database" | "audit">,
  { user, purpose }: Pick<SmsCodeRequest, "user" | "purpose">,
  codeAsTyped: string,
  apply: (tx: Transaction, phone: Phone) => Promise<Done | null>,
): Promise<Done | Failure> {
  const code = canonicalCode(codeAsTyped);
  if (code === null) return failure("INVALID_CODE", { path: ["code"] });
  const { challenges, rateLimiter, database, audit } = services;
  const subject = smsCodeSubject(user, purpose);
  return await rateLimiter.limited<Done | Failure>(
    context,
    codeKeys(subject, null, context.client),
    async () => {
      const verified = await challenges.verify(subject, code, null);
      const phone = verified?.detail as Phone | undefined;
      const consumeAndApply = () =>
        database.transaction(async (tx) => (verified && phone && (await challenges.consume(tx, verified)) ? await apply(tx, phone) : null));
      const applied = verified && (await challenges.refundAttemptOnError(verified, () => consumeAndApply().catch(nullOnUniqueViolation)));
      if (applied && phone) {
        await refundAnsweredSms(services, context.application, user, phone);
        return applied;
      }
      await audit.failure(actingAsUser(context, user), "CODE_REFUSED");
      return failure("INVALID_CODE", { path: ["code"] });
    },
    ({ kind }) => kind !== "failure",
  );
}

/** Queues an SMS notification to a user's verified number, unless a rate limit is exhausted. */
export async function queueSmsNotice(
  context: ApplicationContext,
  tx: Transaction,
  services: SmsLimitServices & Pick<AccountServices, "outbox">,
  user: User,
  template: string,
): Promise<void> {
  const to = verifiedPhone(user);
  if (!to) return;
  const consumed = await services.rateLimiter.consume(context, smsKeys(toSmsUse(services, context.application, user, to)));
  if (consumed.kind === "consumed") await services.outbox.queueSms(context, tx, { template, to, locale: user.locale, parameters: {} });
}

/** Refunds the limits of a message whose code was verified. `user` is in the state at the time of sending. */
export async function refundAnsweredSms(services: SmsLimitServices, application: Application, user: User, phone: Phone): Promise<void> {
  // The operation has succeeded: a failed refund must not turn it into an error.
  await services.rateLimiter.refund(refundableSmsKeys(toSmsUse(services, application, user, phone))).catch(() => {});
}

async function findRecentlySent(
  { challenges, clock }: SmsCodeServices,
  { user, phone, purpose }: SmsCodeRequest,
): Promise<SentCode | null> {
  const live = await challenges.findLive(smsCodeSubject(user, purpose));
  if (live?.detail !== phone || live.resendAvailableAt <= clock.now()) return null;
  return { kind: "sent", expiresAt: live.expiresAt, resendAvailableAt: live.resendAvailableAt };
}

/** A concurrent request may have exhausted the limit and be about to send the same code. */
async function findConcurrentRequest(services: SmsCodeServices, request: SmsCodeRequest): Promise<SentCode | null> {
  for (const delayMs of [0, 50, 250]) {
    await delay(delayMs);
    const sent = await findRecentlySent(services, request);
    if (sent) return sent;
  }
  return null;
}

async function send(
  context: ApplicationContext,
  tx: Transaction,
  services: SmsCodeServices,
  { user, phone, purpose, template }: SmsCodeRequest,
  onSend: (tx: Transaction) => Promise<void>,
): Promise<SentCode> {
  const { users, challenges, outbox } = services;
  if (!(await users.lockActive(tx, user))) throw new GatewayError("UNAUTHENTICATED");
  const subject = smsCodeSubject(user, purpose);
  // A code sent to one number must not verify another.
  if ((await challenges.findLive(subject))?.detail !== phone) await challenges.delete(tx, subject);
  const digits = await codeDigits(services, context.application);
  const issued = await challenges.issue(tx, subject, { digits, ttlSeconds: SMS_CODE_TTL_SECONDS, isDeliverable: true, detail: phone });
  const { code, expiresAt, resendAvailableAt } = issued;
  if (code) {
    const parameters = { code, minutes: String(SMS_CODE_TTL_SECONDS / 60) };
    const replacesKey = `sms:${purpose}:${user.id}`;
    await outbox.queueSms(context, tx, { template, to: phone, locale: user.locale, parameters, expiresAt, replacesKey });
    await onSend(tx);
  }
  return { kind: "sent", expiresAt, resendAvailableAt };
}

/** The rate limits of one more message. */
async function rateLimitKeysFor(
  services: SmsLimitServices,
  application: Application,
  { user, phone }: SmsCodeRequest,
): Promise<RateLimitKey[]> {
  const use = toSmsUse(services, application, user, phone);
  const [countedNumberKey, newNumbersKey] = newNumberKeys(application.id, user.id, phone);
  const isNewNumber = !use.isVerified && !(await services.rateLimiter.isExhausted(countedNumberKey));
  return [...smsKeys(use), ...(isNewNumber ? [countedNumberKey, newNumbersKey] : [])];
}

const toSmsUse = ({ smsPerDay }: SmsLimitServices, { id, settings }: Application, user: User, phone: Phone): SmsUse => ({
  applicationId: id,
  userId: user.id,
  phone,
  prefix: phonePrefix(phone),
  isVerified: verifiedPhone(user) === phone,
  perApplication: settings.twilio.messagesPerDay,
  perGateway: smsPerDay,
});
