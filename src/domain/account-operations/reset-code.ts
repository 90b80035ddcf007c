import { type Application, linkOf } from "../applications/index.js";
import type { ChallengeSubject, IssuedChallenge } from "../one-time-codes/index.js";
import { codesOfApplication } from "../rate-limiting/index.js";
import type { Email, User } from "../users/index.js";
import type { AccountServices } from "./account-services.js";

type Parts = Pick<AccountServices, "challenges" | "throttle" | "outbox" | "publicUrl">;

const SHORTEST_CODE_DIGITS = 6;
/** While an application's users are under attack by guessing. */
export const LONG_CODE_DIGITS = 10;

/** Digits of a new code of this application: as many as its settings say, more while it is under attack. */
export async function codeDigits(
  { throttle }: Pick<AccountServices, "throttle">,
  { id }: Application,
  wanted = SHORTEST_CODE_DIGITS,
): Promise<number> {
  return (await throttle.isExhausted(codesOfApplication(id))) ? LONG_CODE_DIGITS : wanted;
}

export const resetSubject = ({ id }: Application, email: Email): ChallengeSubject => ({
  applicationId: id,
  purpose: "PASSWORD_RESET",
  binding: email,
});

/**
 * Mails a code and a link for a new password to a user's own address; for nobody it makes a challenge that looks the same and goes
 * nowhere. Runs in the caller's transaction.
 */
export async function queueResetCode(
  parts: Parts,
  application: Application,
  user: User | null,
  email: Email,
  template: "passwordReset" | "accountCreated" = "passwordReset",
): Promise<IssuedChallenge> {
  const { challenges, outbox, publicUrl } = parts;
  const { resetCodeMinutes, resetCodeDigits, resetLinkMinutes } = application.settings.password;
  const lives = { ttlSeconds: resetCodeMinutes * 60, linkTtlSeconds: resetLinkMinutes * 60 };
  const digits = await codeDigits(parts, application, resetCodeDigits);
  const issued = await challenges.issue(resetSubject(application, email), { digits, ...lives, send: user !== null, detail: email });
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
  const mail = { application, template, to: email, locale, parameters, expiresAt, replacesKey };
  if (user && code && link) await outbox.queue(mail);
  else await outbox.pretend(mail);
  return issued;
}
