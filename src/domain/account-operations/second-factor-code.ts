import { type Failure, failure, GatewayError } from "../../platform/errors/index.js";
import type { ApplicationContext } from "../applications/index.js";
import type { RequiresSecondFactor, SignInResult } from "../sessions/index.js";
import type { ChallengeBinding, OnVerified, SecondFactorInput, VerifiedSecondFactor } from "../sign-in/index.js";
import { maskPhone, type Phone, type User, verifiedPhone } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { issueSmsCode, refundAnsweredSms, type SentCode, type SmsCodeServices, type SmsLimitServices } from "./sms-code.js";

const smsRequestFor = (user: User, phone: Phone) => ({ user, phone, purpose: "SECOND_FACTOR", template: "secondFactorCode" }) as const;

/**
 * Sends the second factor code if SMS is the only method; with several methods, the client requests it. In the cool-down the code just
 * sent stays valid. When no code can be sent, `maskedPhone` stays null, and a recovery code can be used.
 */
export async function sendCodeIfSmsOnly<State extends SignInResult | RequiresSecondFactor>(
  context: ApplicationContext,
  services: SmsCodeServices,
  user: User,
  result: State,
): Promise<State> {
  const phone = verifiedPhone(user);
  if (result.kind !== "second-factor-required" || result.methods.some((method) => method !== "SMS") || !phone) return result;
  const sent = await issueSmsCode(context, services, smsRequestFor(user, phone));
  return sent.kind === "sent" ? { ...result, maskedPhone: maskPhone(phone) } : result;
}

/** Sends the code of a challenge, or returns the one just sent. @throws GatewayError FORBIDDEN when the user has no SMS factor */
export async function sendSecondFactorCode(
  context: ApplicationContext,
  services: SmsCodeServices & Pick<AccountServices, "tokenChallenges" | "signIn" | "secondFactors">,
  token: string,
): Promise<SentCode | Failure> {
  const { tokenChallenges, signIn, secondFactors } = services;
  const find = async (purpose: "LOG_IN" | "REAUTHENTICATION") => await tokenChallenges.find(context.application.id, purpose, token);
  const found = (await find("LOG_IN")) ?? (await find("REAUTHENTICATION"));
  const user = found && (await signIn.findChallengeUser(found));
  if (!user) return failure("CHALLENGE_ENDED");
  const phone = verifiedPhone(user);
  const isEnrolled = (await secondFactors.list(user)).some(({ method }) => method === "SMS");
  if (!phone || !isEnrolled) throw new GatewayError("FORBIDDEN");
  return await issueSmsCode(context, services, smsRequestFor(user, phone));
}

/** Verifies a second factor; after a correct SMS code, the limits of the message are refunded. */
export async function verifySecondFactor<Effect>(
  context: ApplicationContext,
  services: SmsLimitServices & Pick<AccountServices, "secondFactorVerification">,
  challenge: ChallengeBinding & { readonly token: string },
  input: SecondFactorInput,
  onVerified: OnVerified<Effect>,
): Promise<VerifiedSecondFactor<Effect> | Failure> {
  const outcome = await services.secondFactorVerification.verify(context, challenge, input, onVerified);
  if (outcome.kind === "verified" && outcome.phone) await refundAnsweredSms(services, context.application, outcome.user, outcome.phone);
  return outcome;
}
