import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestApplication } from "../support/gateway.js";
import {
  CompleteReauthenticationDocument,
  EnrollSmsDocument,
  EnrollTotpDocument,
  LogInDocument,
  ReauthenticateDocument,
  SendLogInCodeDocument,
  SetPhoneDocument,
  VerifyPhoneDocument,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf, wrongCodeFor } from "../support/hostile-fixture.js";
import { requireLogIn, uniquePhone } from "../support/people.js";
import {
  Authenticator,
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollTotp,
  type PersonWithPhone,
  signUpWithPhone,
  verifyPhone,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions } from "../support/second-factor-fixture.js";
import { FakeTwilio } from "../support/twilio.js";

const twilio = await FakeTwilio.start();
const fixture = hostileFixture({ environment: { TWILIO_BASE_URL: twilio.url } });
let account: string[];
beforeAll(async () => {
  account = twilio.createAccount("0f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  for (const { id } of [fixture.a, fixture.a2, fixture.b]) await fixture.gateway.configure(id, ...account, "secondFactor.mode=SMS");
});
afterAll(() => twilio.stop());

/** A new user whose phone is the second factor. No log may contain the number or a recovery code. */
async function createVictim(application: TestApplication = fixture.a): Promise<PersonWithPhone> {
  const person = await signUpWithPhone(fixture.gateway, twilio, application);
  for (const text of [person.phone, ...person.recoveryCodes]) fixture.registerSecret(text);
  return person;
}
/** A log-in a minute later, with the code that was sent for it. */
async function beginSmsLogIn({ email, phone }: PersonWithPhone): Promise<{ challengeToken: string; code: string }> {
  fixture.gateway.clock.move({ seconds: 61 });
  const challengeToken = await beginLogIn(fixture.a.client, email);
  return { challengeToken, code: fixture.registerSecret(await twilio.nextCode(phone)) };
}
const complete = (challengeToken: string, code: unknown) => attemptCompletion(fixture.a.client, challengeToken, { code: code as string });
const sendCode = async (challengeToken: string, { client } = fixture.a) =>
  outcomeOf(await client.run(SendLogInCodeDocument, { input: { challengeToken } }));

describe("codes by SMS", () => {
  it("MF-25 complete log in - new challenge after an SMS log-in, with empty, zero, wrongly typed or consumed code - is rejected", async () => {
    const person = await createVictim();
    const first = await beginSmsLogIn(person);
    expect(await complete(first.challengeToken, first.code)).toBe("LoggedIn");
    const second = await beginSmsLogIn(person);
    const shapes = ["", "0", 0, [], [second.code], null, "000000", "undefined"];
    for (const code of [...shapes, ...(first.code === second.code ? [] : [first.code])]) {
      const outcome = code === second.code ? "" : await complete(second.challengeToken, code);
      expect([code, ["INVALID_CODE", "BAD_USER_INPUT", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"]]).toEqual([
        code,
        expect.arrayContaining([outcome]),
      ]);
    }
    expect(await countSessions(fixture, person)).toBe(2);
    fixture.gateway.clock.move({ hours: 1 });
    const third = await beginSmsLogIn(person);
    expect(await complete(third.challengeToken, third.code)).toBe("LoggedIn");
    expect(await complete(third.challengeToken, third.code)).toBe("CHALLENGE_ENDED");
    // The same code within its cool-down: a new challenge takes no code that was used.
    const used = await beginLogIn(fixture.a.client, person.email);
    expect(await complete(used, third.code)).toBe("INVALID_CODE");
  });

  it("MF-27 complete log in - code of the previous challenge, one minute later - is rejected; codes are bound to their user", async () => {
    const [person, other] = [await createVictim(), await createVictim()];
    const first = await beginSmsLogIn(person);
    const second = await beginSmsLogIn(person);
    const foreign = await beginSmsLogIn(other);
    if (first.code !== second.code) expect(await complete(second.challengeToken, first.code)).toBe("INVALID_CODE");
    if (foreign.code !== second.code) expect(await complete(second.challengeToken, foreign.code)).toBe("INVALID_CODE");
    expect(await complete(first.challengeToken, second.code)).toBe("CHALLENGE_ENDED");
    for (const { client } of [fixture.b, fixture.a2]) {
      expect(await attemptCompletion(client, second.challengeToken, { code: second.code })).toBe("CHALLENGE_ENDED");
      expect(await sendCode(second.challengeToken, { client } as TestApplication)).toBe("CHALLENGE_ENDED");
    }
    expect(await complete(second.challengeToken, second.code)).toBe("LoggedIn");
  });

  it("complete log in - code five minutes and one second old - has ended with its challenge; in a new challenge it is rejected", async () => {
    const person = await createVictim();
    const first = await beginSmsLogIn(person);
    fixture.gateway.clock.move({ minutes: 4 });
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    fixture.gateway.clock.move({ minutes: 1, seconds: 1 });
    expect(await complete(first.challengeToken, first.code)).toBe("CHALLENGE_ENDED");
    const next = await twilio.nextCode(person.phone);
    if (next !== first.code) expect(await complete(challengeToken, first.code)).toBe("INVALID_CODE");
  });

  it("MF-28 send and log in - twenty of each at once - one message per minute, and its code works in the last challenge", async () => {
    const person = await createVictim();
    fixture.gateway.clock.move({ seconds: 61 });
    const before = twilio.countTo(person.phone);
    const first = await beginLogIn(fixture.a.client, person.email);
    const sends = await Promise.all(Array.from({ length: 20 }, () => sendCode(first)));
    expect(new Set(sends)).toEqual(new Set(["CodeSent"]));
    const logIns = await Promise.all(
      Array.from({ length: 20 }, async () => (await attempt.logIn(fixture.a.client, person.email, person.password)).data?.logIn),
    );
    expect(new Set(logIns.map((answer) => answer?.__typename))).toEqual(new Set(["SecondFactorRequired"]));
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    const code = await twilio.nextCode(person.phone);
    await expect.poll(() => twilio.countTo(person.phone)).toBe(before + 1);
    expect(await complete(challengeToken, code)).toBe("LoggedIn");
    expect(twilio.countTo(person.phone)).toBe(before + 1);
  });

  it("sendLogInCode - invented, consumed and enrollment tokens, session tokens, and a challenge of a user with TOTP only - send nothing", async () => {
    const person = await createVictim();
    const own = await beginSmsLogIn(person);
    expect(await complete(own.challengeToken, own.code)).toBe("LoggedIn");
    const offered = twilio.deliveryAttempts;
    const tokens = [own.challengeToken, `lk_chl_${"A".repeat(43)}`, person.tokens.sessionToken, person.tokens.refreshToken, "", "%"];
    for (const token of tokens) expect(await sendCode(token)).toBe("CHALLENGE_ENDED");
    await fixture.gateway.configure(fixture.a2.id, "secondFactor.mode=TOTP");
    const other = await fixture.signUpPerson(fixture.a2);
    const authenticator = await enrollTotp(fixture.gateway, other.client);
    await confirmTotp(other.client, authenticator.code());
    expect(await sendCode(await beginLogIn(fixture.a2.client, other.email), fixture.a2)).toBe("FORBIDDEN");
    await fixture.gateway.configure(fixture.a2.id, "secondFactor.mode=SMS", "secondFactor.required=true");
    const late = await fixture.signUpPerson(fixture.b);
    await fixture.gateway.configure(fixture.b.id, "secondFactor.required=true");
    const answer = await fixture.b.client.run(LogInDocument, { input: { handle: { email: late.email }, password: late.password } });
    const token = answer.data?.logIn.__typename === "SecondFactorEnrollmentRequired" ? answer.data.logIn.enrollmentToken : "";
    expect(token).toMatch(/^lk_chl_/);
    expect(await sendCode(token, fixture.b)).toBe("CHALLENGE_ENDED");
    for (const { id } of [fixture.a2, fixture.b]) await fixture.gateway.configure(id, "secondFactor.required=false");
    expect(twilio.deliveryAttempts).toBe(offered);
  });

  it("wrong codes - five in two challenges - limit codes for one minute; a recovery code works", async () => {
    const person = await createVictim();
    const first = await beginSmsLogIn(person);
    for (let times = 0; times < 3; times++) expect(await complete(first.challengeToken, wrongCodeFor(first.code))).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    for (let times = 0; times < 2; times++) expect(await complete(challengeToken, wrongCodeFor(first.code))).toBe("INVALID_CODE");
    expect(await complete(challengeToken, first.code)).toBe("TOO_MANY_ATTEMPTS");
    const proof = { recoveryCode: person.recoveryCodes[0] ?? "" };
    expect(await attemptCompletion(fixture.a.client, challengeToken, proof)).toBe("LoggedIn");
    const next = await beginSmsLogIn(person);
    expect(await complete(next.challengeToken, next.code)).toBe("LoggedIn");
  });
});

describe("phone numbers", () => {
  it("EN-13 set phone - number verified by another user as a factor - equal answer to an unused number, and never gets a second owner", async () => {
    const [owner, thief] = [await createVictim(), await fixture.signUpPerson()];
    fixture.gateway.clock.move({ minutes: 2 });
    const set = async (phone: string) => await thief.client.run(SetPhoneDocument, { input: { phone } });
    const shape = (text: string) => text.replace(/"(expiresAt|resendAvailableAt)":"[^"]+"/g, '"$1":"…"');
    const [fresh, taken] = [await set(uniquePhone()), await set(owner.phone)];
    expect(shape(taken.text)).toBe(shape(fresh.text));
    const code = await twilio.nextCode(owner.phone);
    const [wrong, right] = [
      await thief.client.run(VerifyPhoneDocument, { input: { code: wrongCodeFor(code) } }),
      await thief.client.run(VerifyPhoneDocument, { input: { code } }),
    ];
    expect([outcomeOf(wrong), wrong.text]).toEqual(["INVALID_CODE", right.text]);
    expect(outcomeOf(await thief.client.run(EnrollSmsDocument, {}))).toBe("PHONE_NOT_VERIFIED");
    const next = await beginSmsLogIn(owner);
    expect(await complete(next.challengeToken, next.code)).toBe("LoggedIn");
  });

  it("enrollSms - phone not verified, verified more than ten minutes ago, or another mode - is rejected", async () => {
    const person = await fixture.signUpPerson();
    const enroll = async () => outcomeOf(await person.client.run(EnrollSmsDocument, {}));
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    const phone = uniquePhone();
    await person.client.expect(SetPhoneDocument, { input: { phone } });
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    await person.client.expect(VerifyPhoneDocument, { input: { code: await twilio.nextCode(phone) } });
    fixture.gateway.clock.move({ minutes: 10, seconds: 1 });
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    await requireLogIn(fixture.a.client, person.email);
    const elsewhere = await fixture.signUpPerson(fixture.a2);
    await fixture.gateway.configure(fixture.a2.id, "secondFactor.mode=SMS");
    await verifyPhone(twilio, elsewhere.client);
    await fixture.gateway.configure(fixture.a2.id, "secondFactor.mode=TOTP");
    expect(outcomeOf(await elsewhere.client.run(EnrollSmsDocument, {}))).toBe("SECOND_FACTOR_OFF");
  });
});

describe("TOTP and SMS together", () => {
  it("MF-29 complete log in - TOTP and SMS enrolled - either works once, a consumed code of each is rejected, attempts are shared", async () => {
    const person = await createVictim();
    await fixture.gateway.configure(fixture.a.id, "secondFactor.mode=TOTP");
    const authenticator = await enrollTotp(fixture.gateway, person.client);
    expect(await confirmTotp(person.client, authenticator.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    fixture.gateway.clock.move({ seconds: 61 });
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    expect(await sendCode(challengeToken)).toBe("CodeSent");
    const sms = await twilio.nextCode(person.phone);
    const totp = authenticator.code();
    expect(await complete(challengeToken, totp)).toBe("LoggedIn");
    const again = await beginLogIn(fixture.a.client, person.email);
    expect(await complete(again, totp)).toBe("INVALID_CODE");
    expect(await complete(again, sms)).toBe("LoggedIn");
    const last = await beginLogIn(fixture.a.client, person.email);
    for (const code of [totp, sms, authenticator.wrongCode(), wrongCodeFor(sms), "000000"])
      expect(await complete(last, code)).toBe("INVALID_CODE");
    expect(await complete(last, authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    await fixture.gateway.configure(fixture.a.id, "secondFactor.mode=SMS");
  });

  it("confirmTotp - started before SMS was enrolled - is rejected: a second factor is added only after verifying the first", async () => {
    await fixture.gateway.configure(fixture.a.id, "secondFactor.mode=TOTP");
    const person = await fixture.signUpPerson();
    const { enrollTotp: begun } = await person.client.expect(EnrollTotpDocument, {});
    if (begun.__typename !== "TotpEnrollment") throw new Error(begun.__typename);
    await fixture.gateway.configure(fixture.a.id, "secondFactor.mode=SMS");
    await verifyPhone(twilio, person.client);
    expect(outcomeOf(await person.client.run(EnrollSmsDocument, {}))).toBe("SecondFactorEnabled");
    fixture.gateway.clock.move({ minutes: 6 });
    const authenticator = new Authenticator(begun.secret, fixture.gateway);
    expect(await confirmTotp(person.client, authenticator.code())).toMatchObject({ __typename: "InvalidCode" });
    expect(await fixture.gateway.query("SELECT method FROM second_factors WHERE user_id = ?", [person.tokens.user.id])).toEqual([
      { method: "SMS" },
    ]);
  });
});

describe("phones that cannot receive codes", () => {
  it.each([
    "unverified",
    "gone",
  ])("log in - phone %s in the database - requires the factor, sends nothing, accepts a recovery code only", async (state) => {
    const person = await createVictim();
    const first = await beginSmsLogIn(person);
    const change = state === "gone" ? "phone = NULL, phone_verified_at = NULL" : "phone_verified_at = NULL";
    await fixture.gateway.query(`UPDATE users SET ${change} WHERE id = ?`, [person.tokens.user.id]);
    // A code sent before proves nothing any more.
    expect(await complete(first.challengeToken, first.code)).toBe("INVALID_CODE");
    const offered = twilio.deliveryAttempts;
    const challengeToken = await beginLogIn(fixture.a.client, person.email);
    expect(await sendCode(challengeToken)).toBe("FORBIDDEN");
    for (const code of ["", "000000", first.code]) expect(await complete(challengeToken, code)).toBe("INVALID_CODE");
    expect(twilio.deliveryAttempts).toBe(offered);
    const answer = await completeLogIn(fixture.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" });
    if (answer.__typename !== "LoggedIn") throw new Error(answer.__typename);
    const client = fixture.a.client.with({ token: answer.sessionToken });
    fixture.gateway.clock.move({ minutes: 1, seconds: 1 });
    await verifyPhone(twilio, client);
    expect(outcomeOf(await client.run(EnrollSmsDocument, {}))).toBe("SecondFactorEnabled");
  });

  it("reauthenticate - SMS as factor - its code works in that session only", async () => {
    const person = await createVictim();
    fixture.gateway.clock.move({ minutes: 6 });
    const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
    const challengeToken = reauthenticate.__typename === "SecondFactorRequired" ? reauthenticate.challengeToken : "";
    const code = await twilio.nextCode(person.phone);
    expect(await complete(challengeToken, code)).toBe("CHALLENGE_ENDED");
    expect(await countSessions(fixture, person)).toBe(1);
    const input = { challengeToken, proof: { code } };
    expect(outcomeOf(await person.client.run(CompleteReauthenticationDocument, { input }))).toBe("Reauthenticated");
  });
});
