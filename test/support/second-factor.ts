import { createHmac } from "node:crypto";
import type { SecondFactorProofInput, TokensFragment } from "../../clients/typescript/src/index.js";
import type { Client } from "./client.js";
import type { TestApplication, TestGateway } from "./gateway.js";
import { logIn, PASSWORD, signUpPerson, type TestPerson, uniqueEmail, uniquePhone } from "./people.js";
import type { FakeTwilio } from "./twilio.js";

const PERIOD_SECONDS = 30;

/** An independent implementation of RFC 6238, so that the gateway is not checked against its own code. */
export function totpAt(secret: string, instant: Date, stepOffset = 0): string {
  const bits = [...secret].map((character) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(character).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(instant.getTime() / 1000 / PERIOD_SECONDS) + stepOffset));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** The authenticator app of a user. */
export class Authenticator {
  constructor(
    readonly secret: string,
    private readonly gateway: TestGateway,
  ) {}

  /** The code of the current time step, or of a step `stepOffset` away. */
  code(stepOffset = 0): string {
    return totpAt(this.secret, this.gateway.clock.now(), stepOffset);
  }

  /** Advances the clock by one time step and returns the new code. */
  nextCode(): string {
    this.gateway.clock.move({ seconds: PERIOD_SECONDS });
    return this.code();
  }

  /** Six digits that match no currently accepted code. */
  wrongCode(): string {
    const right = [-2, -1, 0, 1, 2].map((drift) => this.code(drift));
    return ["123456", "234567", "345678", "456789", "567890", "678901"].find((code) => !right.includes(code)) ?? "";
  }
}

export interface PersonWithTotp extends TestPerson {
  readonly authenticator: Authenticator;
  readonly recoveryCodes: readonly string[];
}

export async function enrollTotp(gateway: TestGateway, client: Client): Promise<Authenticator> {
  const answer = await client.operations.enrollTotp();
  if (answer.__typename !== "TotpEnrollment") throw new Error(`enrollTotp answered ${JSON.stringify(answer)}`);
  return new Authenticator(answer.secret, gateway);
}

export const confirmTotp = async (client: Client, code: string) => await client.operations.confirmTotp({ code });

/** Enrolls and confirms TOTP in a user's session. The code that confirms counts as used. */
export async function enrollAndConfirmTotp(gateway: TestGateway, person: TestPerson): Promise<PersonWithTotp> {
  const authenticator = await enrollTotp(gateway, person.client);
  const answer = await confirmTotp(person.client, authenticator.code());
  if (answer.__typename !== "SecondFactorEnabled") throw new Error(`confirmTotp answered ${JSON.stringify(answer)}`);
  return { ...person, authenticator, recoveryCodes: answer.recoveryCodes };
}

/** A new user with TOTP, in an application of mode TOTP. */
export async function signUpWithTotp(gateway: TestGateway, application: TestApplication, email = uniqueEmail()): Promise<PersonWithTotp> {
  return await enrollAndConfirmTotp(gateway, await signUpPerson(gateway, application, email));
}

/** Logs in with the correct password; returns the challenge token. */
export async function beginLogIn(client: Client, email: string, password = PASSWORD): Promise<string> {
  const answer = await logIn(client, email, password);
  if (answer.__typename !== "SecondFactorRequired") throw new Error(`logIn answered ${JSON.stringify(answer)}`);
  return answer.challengeToken;
}

export const completeLogIn = async (client: Client, challengeToken: string, proof: SecondFactorProofInput) =>
  await client.operations.completeLogIn({ challengeToken, proof });

/** Logs in with both factors; fails the test otherwise. */
export async function requireFullLogIn(client: Client, { email, authenticator }: PersonWithTotp): Promise<TokensFragment> {
  const answer = await completeLogIn(client, await beginLogIn(client, email), { code: authenticator.nextCode() });
  if (answer.__typename !== "LoggedIn") throw new Error(`completeLogIn answered ${JSON.stringify(answer)}`);
  return answer;
}

/** Reauthenticates a session with both factors; fails the test otherwise. */
export async function reauthenticateFully(client: Client, authenticator: Authenticator, password = PASSWORD): Promise<void> {
  const begun = await client.operations.reauthenticate({ password });
  if (begun.__typename !== "SecondFactorRequired") throw new Error(`reauthenticate answered ${JSON.stringify(begun)}`);
  const proof = { code: authenticator.nextCode() };
  const answer = await client.operations.completeReauthentication({ challengeToken: begun.challengeToken, proof });
  if (answer.__typename !== "Reauthenticated") throw new Error(`completeReauthentication answered ${JSON.stringify(answer)}`);
}

/** Sets and verifies a phone number in a session, or with an enrollmentToken; returns it. */
export async function verifyPhone(twilio: FakeTwilio, client: Client, phone = uniquePhone()): Promise<string> {
  const sent = await client.operations.setPhone({ phone });
  if (sent.__typename !== "CodeSent") throw new Error(`setPhone answered ${JSON.stringify(sent)}`);
  const answer = await client.operations.verifyPhone({ code: await twilio.nextCode(phone) });
  if (answer.__typename !== "PhoneVerified") throw new Error(`verifyPhone answered ${JSON.stringify(answer)}`);
  return phone;
}

export interface PersonWithPhone extends TestPerson {
  readonly phone: string;
  readonly recoveryCodes: readonly string[];
}

/** A new user with SMS as second factor, in an application of mode SMS. */
export async function signUpWithPhone(gateway: TestGateway, twilio: FakeTwilio, application: TestApplication): Promise<PersonWithPhone> {
  const person = await signUpPerson(gateway, application);
  const phone = await verifyPhone(twilio, person.client);
  const answer = await person.client.operations.enrollSms();
  if (answer.__typename !== "SecondFactorEnabled") throw new Error(`enrollSms answered ${JSON.stringify(answer)}`);
  return { ...person, phone, recoveryCodes: answer.recoveryCodes };
}
