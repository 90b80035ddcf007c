import { addSeconds } from "../../platform/clock.js";
import type { CodeSubject, RateLimitKey, RateLimitName } from "../rate-limiting/index.js";
import {
  codeKeys,
  lockoutKeys,
  newNumberKeys,
  recoveryCodeKeys,
  refundableMessageKeys,
  refundableSmsKeys,
  secondFactorKeys,
} from "../rate-limiting/index.js";
import { phonePrefix, type User, verifiedPhone } from "../users/index.js";
import type { AccountServices } from "./account-services.js";

/** What is refused during a wait. */
type WaitSubject = "PASSWORD" | "PASSWORD_FROM_RECOGNISED_DEVICE" | "CODE" | "SECOND_FACTOR" | "TEXT_MESSAGES" | "MAILS";
/** A wait that is in force for an account. */
export interface UserWait {
  readonly subject: WaitSubject;
  readonly limit: RateLimitName;
  readonly endsAt: Date;
}

/** Rate limits of failed attempts last at most a day. */
const FAILURE_WINDOW_SECONDS = 86_400;
const MAX_FAILURES = 500;
const codeLimits: readonly RateLimitName[] = ["codesOfStrangers", "codesOfAccount"];
const smsLimits: readonly RateLimitName[] = ["smsToNumberMinutely", "smsToNumberHourly", "smsToNumberDaily", "smsOfAccountHourly"];
const noClient = { address: null, userAgent: null };

/** Limits exhausted by wrong passwords and reset codes for a user, from the addresses and devices of recent failures. */
export async function findLockoutKeys({ audit, clock }: Pick<AccountServices, "audit" | "clock">, user: User): Promise<RateLimitKey[]> {
  if (!user.email) return [];
  const since = addSeconds(clock.now(), -FAILURE_WINDOW_SECONDS);
  const failures = await audit.listFailures(user.applicationId, user.id, "LOG_IN", since, MAX_FAILURES);
  const addresses = [...new Set(failures.flatMap(({ address }) => address ?? []))];
  const devices = [...new Set(failures.flatMap(({ details: { device } }) => (typeof device === "string" ? device : [])))];
  return lockoutKeys(user.applicationId, user.email, { addresses, devices });
}

/** The waits of an account that are in force. Waits of whole networks, which many accounts share, are not among them. */
export async function listWaits(services: Pick<AccountServices, "audit" | "clock" | "rateLimiter">, user: User): Promise<UserWait[]> {
  const keys = [...(await findLockoutKeys(services, user)), ...otherKeys(user)];
  const waits = await services.rateLimiter.listWaits(keys);
  return waits.map(({ limit, endsAt }) => ({ subject: subjectOf(limit), limit, endsAt }));
}

function otherKeys(user: User): RateLimitKey[] {
  const { applicationId, id, email } = user;
  const phone = verifiedPhone(user);
  const subject = (purpose: string, binding: string): CodeSubject => ({ applicationId, purpose, binding });
  const codes = [
    ...["HANDLE_CHANGE", "PHONE", "SECOND_FACTOR"].map((name) => subject(name, id)),
    ...(email ? [subject("INVITATION", email)] : []),
  ];
  const mails = email ? [subject("PASSWORD_RESET", email), subject("SIGN_UP", email)] : [];
  const sms = phone
    ? refundableSmsKeys({
        ...{ applicationId, userId: id, phone, prefix: phonePrefix(phone), isVerified: true },
        ...{ perApplication: 0, perGateway: 0 },
      })
    : [];
  return [
    ...codes.flatMap((code) => codeKeys(code, null, noClient)).filter(({ limit }) => codeLimits.includes(limit)),
    ...secondFactorKeys(applicationId, id),
    ...recoveryCodeKeys(applicationId, id),
    ...mails.flatMap(refundableMessageKeys),
    ...sms.filter(({ limit }) => smsLimits.includes(limit)),
    ...newNumberKeys(applicationId, id, "").filter(({ limit }) => limit === "numbersOfAccountDaily"),
  ];
}

function subjectOf(limit: RateLimitName): WaitSubject {
  if (limit === "logInFromDevice") return "PASSWORD_FROM_RECOGNISED_DEVICE";
  if (limit.startsWith("logIn")) return "PASSWORD";
  if (limit.startsWith("codes")) return "CODE";
  if (limit.startsWith("sends")) return "MAILS";
  return limit.startsWith("sms") || limit.startsWith("number") ? "TEXT_MESSAGES" : "SECOND_FACTOR";
}
