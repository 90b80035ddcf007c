import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  CompleteReauthenticationDocument,
  EnrollSmsDocument,
  MeDocument,
  ReauthenticateDocument,
  RemovePhoneDocument,
  SendLogInCodeDocument,
  SetPhoneDocument,
  VerifyPhoneDocument,
} from "../support/generated/authentication.js";
import { logIn, PASSWORD, requireLogIn, signUpPerson, uniquePhone } from "../support/people.js";
import { completeLogIn, confirmTotp, enrollTotp, type PersonWithPhone, signUpWithPhone, verifyPhone } from "../support/second-factor.js";
import { FakeTwilio } from "../support/twilio.js";

const TOKEN = "5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3";
let twilio: FakeTwilio;
let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
  application = await gateway.createApplication("Blue Heron", ...twilio.createAccount(TOKEN), "secondFactor.mode=phone");
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

async function challengeOf({ email }: Pick<PersonWithPhone, "email">, password = PASSWORD) {
  const answer = await logIn(application.client, email, password);
  if (answer.__typename !== "SecondFactorRequired") throw new Error(JSON.stringify(answer));
  return answer;
}
const wrongCodeFor = (code: string) => (code.startsWith("0") ? "1" : "0") + code.slice(1);
const completeWithCode = async (challengeToken: string, code: string) =>
  (await completeLogIn(application.client, challengeToken, { code })).__typename;

describe("phone as second factor", () => {
  it("verify, enroll, log in - one message each, none to enroll - log-in has two steps afterwards", async () => {
    const person = await signUpWithPhone(gateway, twilio, application);
    expect(twilio.countTo(person.phone)).toBe(1);
    const required = await challengeOf(person);
    expect(required).toMatchObject({ methods: ["SMS"], maskedPhone: `+49${"*".repeat(person.phone.length - 5)}${person.phone.slice(-2)}` });
    const { body } = await twilio.next(person.phone);
    expect(body).toMatch(/^\d{6} is your code to log in to Blue Heron\. It works for 5 minutes\./);
    expect(await completeWithCode(required.challengeToken, wrongCodeFor(body.slice(0, 6)))).toBe("InvalidCode");
    expect(await completeWithCode(required.challengeToken, body.slice(0, 6))).toBe("LoggedIn");
    const { me } = await application.client.with({ token: (await fullLogIn(person)).sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ secondFactors: [{ method: "SMS" }], recoveryCodesLeft: 10 });
  });

  it("log in, go back, log in again within seconds - one message - its code works in the new log-in only", async () => {
    const person = await signUpWithPhone(gateway, twilio, application);
    const first = await challengeOf(person);
    const code = await twilio.nextCode(person.phone);
    gateway.clock.move({ seconds: 5 });
    const second = await challengeOf(person);
    expect(second.maskedPhone).toBe(first.maskedPhone);
    expect(twilio.countTo(person.phone)).toBe(2);
    expect(await completeWithCode(first.challengeToken, code)).toBe("ChallengeEnded");
    expect(await completeWithCode(second.challengeToken, code)).toBe("LoggedIn");
  });

  it("sendLogInCode - immediately and after the cool-down - no new code, then another code that replaces the first", async () => {
    const person = await signUpWithPhone(gateway, twilio, application);
    const { challengeToken } = await challengeOf(person);
    const first = await twilio.nextCode(person.phone);
    const send = async (token = challengeToken) =>
      (await application.client.expect(SendLogInCodeDocument, { input: { challengeToken: token } })).sendLogInCode;
    expect(await send()).toMatchObject({ __typename: "CodeSent" });
    expect(twilio.countTo(person.phone)).toBe(2);
    gateway.clock.move({ seconds: 61 });
    expect(await send()).toMatchObject({ __typename: "CodeSent" });
    const second = await twilio.nextCode(person.phone);
    if (first !== second) expect(await completeWithCode(challengeToken, first)).toBe("InvalidCode");
    expect(await completeWithCode(challengeToken, second)).toBe("LoggedIn");
    expect(await send()).toMatchObject({ __typename: "ChallengeEnded" });
  });

  it("log in - phone that must be verified again - requires the factor, sends nothing, accepts a recovery code", async () => {
    const person = await signUpWithPhone(gateway, twilio, application);
    await gateway.query("UPDATE users SET phone_verified_at = NULL WHERE id = ?", [person.tokens.user.id]);
    const required = await challengeOf(person);
    expect(required).toMatchObject({ methods: ["SMS"], maskedPhone: null });
    expect(twilio.countTo(person.phone)).toBe(1);
    const sent = await application.client.run(SendLogInCodeDocument, { input: { challengeToken: required.challengeToken } });
    expect(sent.errors[0]?.extensions.code).toBe("FORBIDDEN");
    const [recoveryCode = ""] = person.recoveryCodes;
    expect(await completeLogIn(application.client, required.challengeToken, { recoveryCode })).toMatchObject({ __typename: "LoggedIn" });
  });

  it("MF-33 change phone - without and with both factors - the old number is used until the new one is verified", async () => {
    const person = await signUpWithPhone(gateway, twilio, application);
    const client = application.client.with({ token: (await fullLogIn(person)).sessionToken });
    gateway.clock.move({ minutes: 6 });
    const next = uniquePhone();
    const set = async () => (await client.expect(SetPhoneDocument, { input: { phone: next } })).setPhone.__typename;
    expect(await set()).toBe("ReauthenticationRequired");
    expect((await client.expect(RemovePhoneDocument, {})).removePhone.__typename).toBe("ReauthenticationRequired");
    const { reauthenticate } = await client.expect(ReauthenticateDocument, { input: { password: PASSWORD } });
    if (reauthenticate.__typename !== "SecondFactorRequired") throw new Error(reauthenticate.__typename);
    expect(await set()).toBe("ReauthenticationRequired");
    const proof = { code: await twilio.nextCode(person.phone) };
    const input = { challengeToken: reauthenticate.challengeToken, proof };
    expect((await client.expect(CompleteReauthenticationDocument, { input })).completeReauthentication.__typename).toBe("Reauthenticated");
    expect(await set()).toBe("CodeSent");
    await fullLogIn(person);
    const { verifyPhone: verified } = await client.expect(VerifyPhoneDocument, { input: { code: await twilio.nextCode(next) } });
    expect(verified.__typename).toBe("PhoneVerified");
    await fullLogIn({ ...person, phone: next });
    // The one before hears that it is no longer used.
    expect((await twilio.next(person.phone)).body).not.toMatch(/\d{6}/);
    const { removePhone } = await client.expect(RemovePhoneDocument, {});
    expect(removePhone.__typename).toBe("ProfileUpdated");
    // The factor went with its number.
    await requireLogIn(application.client, person.email);
  });

  it("TOTP and SMS - after a change of the mode - either works, a message is sent on request, attempts are shared", async () => {
    const own = await gateway.createApplication("Both", ...twilio.createAccount(TOKEN), "secondFactor.mode=phone");
    const person = await signUpWithPhone(gateway, twilio, own);
    await gateway.configure(own.id, "secondFactor.mode=google");
    const authenticator = await enrollTotp(gateway, person.client);
    expect(await confirmTotp(person.client, authenticator.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    const both = await logIn(own.client, person.email);
    expect(both).toMatchObject({ __typename: "SecondFactorRequired", methods: ["SMS", "TOTP"], maskedPhone: null });
    const challengeToken = both.__typename === "SecondFactorRequired" ? both.challengeToken : "";
    expect(twilio.countTo(person.phone)).toBe(1);
    await own.client.expect(SendLogInCodeDocument, { input: { challengeToken } });
    const sms = await twilio.nextCode(person.phone);
    expect(await completeLogIn(own.client, challengeToken, { code: wrongCodeFor(sms) })).toMatchObject({ __typename: "InvalidCode" });
    expect(await completeLogIn(own.client, challengeToken, { code: sms })).toMatchObject({ __typename: "LoggedIn" });
    const again = await logIn(own.client, person.email);
    const token = again.__typename === "SecondFactorRequired" ? again.challengeToken : "";
    expect(await completeLogIn(own.client, token, { code: authenticator.nextCode() })).toMatchObject({ __typename: "LoggedIn" });
  });

  it("application that requires a second factor - first log-in - phone and factor are enrolled with the enrollmentToken only", async () => {
    const own = await gateway.createApplication("Strict", ...twilio.createAccount(TOKEN), "secondFactor.mode=phone");
    const person = await signUpPerson(gateway, own);
    await gateway.configure(own.id, "secondFactor.required=true");
    const required = await logIn(own.client, person.email);
    if (required.__typename !== "SecondFactorEnrollmentRequired") throw new Error(required.__typename);
    const client = own.client.with({ token: required.enrollmentToken });
    expect((await client.expect(EnrollSmsDocument, {})).enrollSms).toMatchObject({ __typename: "PhoneNotVerified" });
    const phone = await verifyPhone(twilio, client);
    const { enrollSms } = await client.expect(EnrollSmsDocument, {});
    expect(enrollSms).toMatchObject({ __typename: "SecondFactorEnabled", loggedIn: { user: { email: person.email } } });
    expect(twilio.countTo(phone)).toBe(1);
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});

/** Logs in with a new text message. */
async function fullLogIn(person: PersonWithPhone) {
  gateway.clock.move({ seconds: 61 });
  const { challengeToken } = await challengeOf(person);
  const completed = await completeLogIn(application.client, challengeToken, { code: await twilio.nextCode(person.phone) });
  if (completed.__typename !== "LoggedIn") throw new Error(JSON.stringify(completed));
  return completed;
}
