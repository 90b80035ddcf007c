import { type Failure, failure, Refusal } from "../../platform/errors/index.js";
import type { Application } from "../applications/index.js";
import type { RequestOrigin } from "../request-context.js";
import type { Entry, SecondFactorNeeded } from "../sessions/index.js";
import type { EffectsOfProof, GivenProof, ProofPurpose, Proved } from "../sign-in/index.js";
import { maskPhone, type Phone, type User, verifiedPhone } from "../users/index.js";
import type { AccountServices } from "./account-services.js";
import { giveBackAnsweredSms, issueSmsCode, type SmsCodeSent } from "./sms-code.js";

const messageOf = (user: User, phone: Phone) => ({ user, phone, purpose: "SECOND_FACTOR", template: "secondFactorCode" }) as const;

/**
 * Sends the code of a second factor where SMS is the only one; with a choice, the client asks for it. Inside the cool-down the code just
 * sent goes on, so that whoever logs in again can use it. Where no code could be sent nothing says that one was: a recovery code works.
 */
export async function withSecondFactorCode<State extends Entry | SecondFactorNeeded>(
  nouns: AccountServices,
  application: Application,
  user: User,
  entry: State,
  origin: RequestOrigin,
): Promise<State> {
  const phone = verifiedPhone(user);
  if (entry.kind !== "second factor needed" || entry.methods.some((method) => method !== "SMS") || !phone) return entry;
  const sent = await issueSmsCode(nouns, application, messageOf(user, phone), origin);
  return sent.kind === "sent" ? { ...entry, maskedPhone: maskPhone(phone) } : entry;
}

/** Sends the code of a challenge, or tells of the one just sent. @throws Refusal FORBIDDEN for a user whose second factor is not a phone */
export async function sendSecondFactorCode(
  nouns: AccountServices,
  application: Application,
  token: string,
  origin: RequestOrigin,
): Promise<SmsCodeSent | Failure> {
  const { tokenChallenges, admission, secondFactors } = nouns;
  const find = async (purpose: "LOG_IN" | "REAUTHENTICATION") => await tokenChallenges.find(application.id, purpose, token);
  const found = (await find("LOG_IN")) ?? (await find("REAUTHENTICATION"));
  const user = found && (await admission.findStanding(found));
  if (!user) return failure("CHALLENGE_ENDED");
  const phone = verifiedPhone(user);
  const isEnrolled = (await secondFactors.list(user)).some(({ method }) => method === "SMS");
  if (!phone || !isEnrolled) throw new Refusal("FORBIDDEN");
  return await issueSmsCode(nouns, application, messageOf(user, phone), origin);
}

/** Answers a challenge; a text message that was answered with its right code costs its account and number nothing. */
export async function proveSecondFactor<Effect>(
  nouns: AccountServices,
  application: Application,
  challenge: ProofPurpose & { readonly token: string },
  proof: GivenProof,
  origin: RequestOrigin,
  effects: EffectsOfProof<Effect>,
): Promise<Proved<Effect> | Failure> {
  const outcome = await nouns.secondFactorProof.prove(application, challenge, proof, origin, effects);
  if (outcome.kind === "proved" && outcome.phone) await giveBackAnsweredSms(nouns, application, outcome.user, outcome.phone);
  return outcome;
}
