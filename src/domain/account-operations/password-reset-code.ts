import type { Transaction } from "../../platform/database/index.js";
import { type Application, type ApplicationContext, linkOf } from "../applications/index.js";
import type { ChallengeSubject, IssuedChallenge } from "../one-time-codes/index.js";
import { applicationCodeKey } from "../rate-limiting/index.js";
import type { Email, User } from "../users/index.js";
import type { AccountServices } from "./account-services.js";

/** What sending a code for a new password requires. */
export type ResetCodeServices = Pick<AccountServices, "challenges" | "rateLimiter" | "outbox" | "publicUrl">;

const DEFAULT_CODE_DIGITS = 6;
/** Used while codes of an application are being guessed. */
export const LONG_CODE_DIGITS = 10;

/** Number of digits of a new code: as configured, or more while codes of the application are being guessed. */
export async function codeDigits(
  { rateLimiter }: Pick<AccountServices, "rateLimiter">,
  { id }: Application,
  configuredDigits = DEFAULT_CODE_DIGITS,
): Promise<number> {
  return (await rateLimiter.isExhausted(applicationCodeKey(id))) ? LONG_CODE_DIGITS : configuredDigits;
}

export const resetSubject = ({ id }: Application, email: Email): ChallengeSubject => ({
  applicationId: id,
  purpose: "PASSWORD_RESET",
  binding: email,
});

/**
 * Sends a password reset code and link to a user's address. Without a user it issues an equal challenge that is not sent, so that
 * responses do not reveal whether the address has an account.
 */
export async function issueResetCode(
  context: ApplicationContext,
  tx: Transaction,
  dependencies: ResetCodeServices,
  user: User | null,
  email: Email,
  template: "passwordReset" | "accountCreated" = "passwordReset",
): Promise<IssuedChallenge> {
  const { application } = context;
  const { challenges, outbox, publicUrl } = dependencies;
  const { resetCodeMinutes, resetCodeDigits, resetLinkMinutes } = application.settings.password;
  const ttls = { ttlSeconds: resetCodeMinutes * 60, linkTtlSeconds: resetLinkMinutes * 60 };
  const digits = await codeDigits(dependencies, application, resetCodeDigits);
  const issued = await challenges.issue(tx, resetSubject(application, email), {
    digits,
    ...ttls,
    isDeliverable: user !== null,
    detail: email,
  });
  const { code, link, isNew, expiresAt } = issued;
  if (!isNew) return issued;
  const parameters = {
    code: code ?? "",
    minutes: String(resetCodeMinutes),
    link: linkOf(publicUrl, application.id, link ?? ""),
    linkMinutes: String(resetLinkMinutes),
  };
  const locale = user?.locale ?? application.settings.locales.default;
  const replacesKey = `password-reset:${email}`;
  const mail = { template, to: email, locale, parameters, expiresAt, replacesKey };
  if (user && code && link) await outbox.queue(context, tx, mail);
  else await outbox.queueDecoy(context, tx, mail);
  return issued;
}
