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
import { attempt, hostile, otherThan, outcomeOf } from "../support/hostile.js";
import { freshPhone, requireLogIn } from "../support/people.js";
import {
  Authenticator,
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollTotp,
  type PhonePerson,
  signUpWithPhone,
  verifyPhone,
} from "../support/second-factor.js";
import { attemptCompletion, countSessions } from "../support/second-factor-stage.js";
import { FakeTwilio } from "../support/twilio.js";

const twilio = await FakeTwilio.start();
const stage = hostile({ environment: { TWILIO_BASE_URL: twilio.url } });
let account: string[];
beforeAll(async () => {
  account = twilio.openAccount("0f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  for (const { id } of [stage.a, stage.a2, stage.b]) await stage.gateway.configure(id, ...account, "secondFactor.mode=SMS");
});
afterAll(() => twilio.stop());

/** Somebody new whose phone is the second factor; no log may hold the number or a recovery code. */
async function victim(application: TestApplication = stage.a): Promise<PhonePerson> {
  const person = await signUpWithPhone(stage.gateway, twilio, application);
  for (const text of [person.phone, ...person.recoveryCodes]) stage.secret(text);
  return person;
}
/** A log-in a minute later, with the code that was sent for it. */
async function begin({ email, phone }: PhonePerson): Promise<{ challengeToken: string; code: string }> {
  stage.gateway.clock.move({ seconds: 61 });
  const challengeToken = await beginLogIn(stage.a.client, email);
  return { challengeToken, code: stage.secret(await twilio.nextCode(phone)) };
}
const complete = (challengeToken: string, code: unknown) => attemptCompletion(stage.a.client, challengeToken, { code: code as string });
const sendCode = async (challengeToken: string, { client } = stage.a) =>
  outcomeOf(await client.run(SendLogInCodeDocument, { input: { challengeToken } }));

describe("codes by SMS", () => {
  it("MF-25 complete log in - after one by SMS, a new challenge with nothing, zeros, another type or the old code - is refused", async () => {
    const person = await victim();
    const first = await begin(person);
    expect(await complete(first.challengeToken, first.code)).toBe("LoggedIn");
    const second = await begin(person);
    const shapes = ["", "0", 0, [], [second.code], null, "000000", "undefined", ` ${second.code}`, `${second.code}\n`];
    for (const code of [...shapes, ...(first.code === second.code ? [] : [first.code])]) {
      const outcome = code === second.code ? "" : await complete(second.challengeToken, code);
      expect([code, ["INVALID_CODE", "BAD_USER_INPUT", "CHALLENGE_ENDED", "TOO_MANY_ATTEMPTS"]]).toEqual([
        code,
        expect.arrayContaining([outcome]),
      ]);
    }
    expect(await countSessions(stage, person)).toBe(2);
    stage.gateway.clock.move({ hours: 1 });
    const third = await begin(person);
    expect(await complete(third.challengeToken, third.code)).toBe("LoggedIn");
    expect(await complete(third.challengeToken, third.code)).toBe("CHALLENGE_ENDED");
    // The same code within its cool-down: a new challenge takes no code that was used.
    const used = await beginLogIn(stage.a.client, person.email);
    expect(await complete(used, third.code)).toBe("INVALID_CODE");
  });

  it("MF-27 complete log in - the code of the challenge before, a minute later - is refused; each person's code is their own", async () => {
    const [person, other] = [await victim(), await victim()];
    const first = await begin(person);
    const second = await begin(person);
    const foreign = await begin(other);
    if (first.code !== second.code) expect(await complete(second.challengeToken, first.code)).toBe("INVALID_CODE");
    if (foreign.code !== second.code) expect(await complete(second.challengeToken, foreign.code)).toBe("INVALID_CODE");
    expect(await complete(first.challengeToken, second.code)).toBe("CHALLENGE_ENDED");
    for (const { client } of [stage.b, stage.a2]) {
      expect(await attemptCompletion(client, second.challengeToken, { code: second.code })).toBe("CHALLENGE_ENDED");
      expect(await sendCode(second.challengeToken, { client } as TestApplication)).toBe("CHALLENGE_ENDED");
    }
    expect(await complete(second.challengeToken, second.code)).toBe("LoggedIn");
  });

  it("complete log in - a code five minutes and a second old - is over with its challenge; in a challenge of its own it is refused", async () => {
    const person = await victim();
    const first = await begin(person);
    stage.gateway.clock.move({ minutes: 4 });
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    stage.gateway.clock.move({ minutes: 1, seconds: 1 });
    expect(await complete(first.challengeToken, first.code)).toBe("CHALLENGE_ENDED");
    const next = await twilio.nextCode(person.phone);
    if (next !== first.code) expect(await complete(challengeToken, first.code)).toBe("INVALID_CODE");
  });

  it("MF-28 send and log in - twenty of each at once - one message in the minute, and the code in the last one works", async () => {
    const person = await victim();
    stage.gateway.clock.move({ seconds: 61 });
    const before = twilio.countTo(person.phone);
    const first = await beginLogIn(stage.a.client, person.email);
    const sends = await Promise.all(Array.from({ length: 20 }, () => sendCode(first)));
    expect(new Set(sends)).toEqual(new Set(["CodeSent"]));
    const logIns = await Promise.all(
      Array.from({ length: 20 }, async () => (await attempt.logIn(stage.a.client, person.email, person.password)).data?.logIn),
    );
    expect(new Set(logIns.map((answer) => answer?.__typename))).toEqual(new Set(["SecondFactorRequired"]));
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    const code = await twilio.nextCode(person.phone);
    await expect.poll(() => twilio.countTo(person.phone)).toBe(before + 1);
    expect(await complete(challengeToken, code)).toBe("LoggedIn");
    expect(twilio.countTo(person.phone)).toBe(before + 1);
  });

  it("sendLogInCode - made-up, used and enrollment tokens, session tokens, and a challenge of somebody with TOTP alone - send nothing", async () => {
    const person = await victim();
    const own = await begin(person);
    expect(await complete(own.challengeToken, own.code)).toBe("LoggedIn");
    const offered = twilio.offered;
    const tokens = [own.challengeToken, `lk_chl_${"A".repeat(43)}`, person.tokens.sessionToken, person.tokens.refreshToken, "", "%"];
    for (const token of tokens) expect(await sendCode(token)).toBe("CHALLENGE_ENDED");
    await stage.gateway.configure(stage.a2.id, "secondFactor.mode=TOTP");
    const other = await stage.person(stage.a2);
    const authenticator = await enrollTotp(stage.gateway, other.client);
    await confirmTotp(other.client, authenticator.code());
    expect(await sendCode(await beginLogIn(stage.a2.client, other.email), stage.a2)).toBe("FORBIDDEN");
    await stage.gateway.configure(stage.a2.id, "secondFactor.mode=SMS", "secondFactor.required=true");
    const late = await stage.person(stage.b);
    await stage.gateway.configure(stage.b.id, "secondFactor.required=true");
    const answer = await stage.b.client.run(LogInDocument, { input: { handle: { email: late.email }, password: late.password } });
    const token = answer.data?.logIn.__typename === "SecondFactorEnrollmentRequired" ? answer.data.logIn.enrollmentToken : "";
    expect(token).toMatch(/^lk_chl_/);
    expect(await sendCode(token, stage.b)).toBe("CHALLENGE_ENDED");
    for (const { id } of [stage.a2, stage.b]) await stage.gateway.configure(id, "secondFactor.required=false");
    expect(twilio.offered).toBe(offered);
  });

  it("wrong codes - five in two challenges - close codes for a minute and the number learns no more; a recovery code lets in", async () => {
    const person = await victim();
    const first = await begin(person);
    for (let times = 0; times < 3; times++) expect(await complete(first.challengeToken, otherThan(first.code))).toBe("INVALID_CODE");
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    for (let times = 0; times < 2; times++) expect(await complete(challengeToken, otherThan(first.code))).toBe("INVALID_CODE");
    expect(await complete(challengeToken, first.code)).toBe("TOO_MANY_ATTEMPTS");
    const proof = { recoveryCode: person.recoveryCodes[0] ?? "" };
    expect(await attemptCompletion(stage.a.client, challengeToken, proof)).toBe("LoggedIn");
    const next = await begin(person);
    expect(await complete(next.challengeToken, next.code)).toBe("LoggedIn");
  });
});

describe("phones", () => {
  it("EN-13 set phone - a number somebody verified and uses as factor - answers like a fresh one, and never becomes a second owner's", async () => {
    const [owner, thief] = [await victim(), await stage.person()];
    stage.gateway.clock.move({ minutes: 2 });
    const set = async (phone: string) => await thief.client.run(SetPhoneDocument, { input: { phone } });
    const shape = (text: string) => text.replace(/"(expiresAt|resendAvailableAt)":"[^"]+"/g, '"$1":"…"');
    const [fresh, taken] = [await set(freshPhone()), await set(owner.phone)];
    expect(shape(taken.text)).toBe(shape(fresh.text));
    const code = await twilio.nextCode(owner.phone);
    const [wrong, right] = [
      await thief.client.run(VerifyPhoneDocument, { input: { code: otherThan(code) } }),
      await thief.client.run(VerifyPhoneDocument, { input: { code } }),
    ];
    expect([outcomeOf(wrong), wrong.text]).toEqual(["INVALID_CODE", right.text]);
    expect(outcomeOf(await thief.client.run(EnrollSmsDocument, {}))).toBe("PHONE_NOT_VERIFIED");
    const next = await begin(owner);
    expect(await complete(next.challengeToken, next.code)).toBe("LoggedIn");
  });

  it("enrollSms - phone never verified, verified ten minutes and a second ago, or another mode - is refused", async () => {
    const person = await stage.person();
    const enroll = async () => outcomeOf(await person.client.run(EnrollSmsDocument, {}));
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    const phone = freshPhone();
    await person.client.expect(SetPhoneDocument, { input: { phone } });
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    await person.client.expect(VerifyPhoneDocument, { input: { code: await twilio.nextCode(phone) } });
    stage.gateway.clock.move({ minutes: 10, seconds: 1 });
    expect(await enroll()).toBe("PHONE_NOT_VERIFIED");
    await requireLogIn(stage.a.client, person.email);
    const elsewhere = await stage.person(stage.a2);
    await stage.gateway.configure(stage.a2.id, "secondFactor.mode=SMS");
    await verifyPhone(twilio, elsewhere.client);
    await stage.gateway.configure(stage.a2.id, "secondFactor.mode=TOTP");
    expect(outcomeOf(await elsewhere.client.run(EnrollSmsDocument, {}))).toBe("SECOND_FACTOR_OFF");
  });
});

describe("both factors", () => {
  it("MF-29 complete log in - TOTP and SMS enrolled - either is enough once, a used one of each is refused, attempts are shared", async () => {
    const person = await victim();
    await stage.gateway.configure(stage.a.id, "secondFactor.mode=TOTP");
    const authenticator = await enrollTotp(stage.gateway, person.client);
    expect(await confirmTotp(person.client, authenticator.code())).toMatchObject({ __typename: "SecondFactorEnabled" });
    stage.gateway.clock.move({ seconds: 61 });
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    expect(await sendCode(challengeToken)).toBe("CodeSent");
    const sms = await twilio.nextCode(person.phone);
    const totp = authenticator.code();
    expect(await complete(challengeToken, totp)).toBe("LoggedIn");
    const again = await beginLogIn(stage.a.client, person.email);
    expect(await complete(again, totp)).toBe("INVALID_CODE");
    expect(await complete(again, sms)).toBe("LoggedIn");
    const last = await beginLogIn(stage.a.client, person.email);
    for (const code of [totp, sms, authenticator.wrongCode(), otherThan(sms), "000000"])
      expect(await complete(last, code)).toBe("INVALID_CODE");
    expect(await complete(last, authenticator.nextCode())).toBe("CHALLENGE_ENDED");
    await stage.gateway.configure(stage.a.id, "secondFactor.mode=SMS");
  });

  it("confirmTotp - begun before the phone became the factor - is void: a second factor is added only after the first was proved", async () => {
    await stage.gateway.configure(stage.a.id, "secondFactor.mode=TOTP");
    const person = await stage.person();
    const { enrollTotp: begun } = await person.client.expect(EnrollTotpDocument, {});
    if (begun.__typename !== "TotpEnrollment") throw new Error(begun.__typename);
    await stage.gateway.configure(stage.a.id, "secondFactor.mode=SMS");
    await verifyPhone(twilio, person.client);
    expect(outcomeOf(await person.client.run(EnrollSmsDocument, {}))).toBe("SecondFactorEnabled");
    stage.gateway.clock.move({ minutes: 6 });
    const authenticator = new Authenticator(begun.secret, stage.gateway);
    expect(await confirmTotp(person.client, authenticator.code())).toMatchObject({ __typename: "InvalidCode" });
    expect(await stage.gateway.query("SELECT method FROM second_factors WHERE user_id = ?", [person.tokens.user.id])).toEqual([
      { method: "SMS" },
    ]);
  });
});

describe("where no code can be sent", () => {
  it.each([
    "unverified",
    "gone",
  ])("log in - phone %s in the records - asks for the factor, sends nothing, opens by a recovery code only", async (state) => {
    const person = await victim();
    const first = await begin(person);
    const change = state === "gone" ? "phone = NULL, phone_verified_at = NULL" : "phone_verified_at = NULL";
    await stage.gateway.query(`UPDATE users SET ${change} WHERE id = ?`, [person.tokens.user.id]);
    // A code sent before proves nothing any more.
    expect(await complete(first.challengeToken, first.code)).toBe("INVALID_CODE");
    const offered = twilio.offered;
    const challengeToken = await beginLogIn(stage.a.client, person.email);
    expect(await sendCode(challengeToken)).toBe("FORBIDDEN");
    for (const code of ["", "000000", first.code]) expect(await complete(challengeToken, code)).toBe("INVALID_CODE");
    expect(twilio.offered).toBe(offered);
    const answer = await completeLogIn(stage.a.client, challengeToken, { recoveryCode: person.recoveryCodes[0] ?? "" });
    if (answer.__typename !== "LoggedIn") throw new Error(answer.__typename);
    const client = stage.a.client.with({ token: answer.sessionToken });
    stage.gateway.clock.move({ minutes: 1, seconds: 1 });
    await verifyPhone(twilio, client);
    expect(outcomeOf(await client.run(EnrollSmsDocument, {}))).toBe("SecondFactorEnabled");
  });

  it("reauthenticate - SMS as factor - its code works in that session only", async () => {
    const person = await victim();
    stage.gateway.clock.move({ minutes: 6 });
    const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
    const challengeToken = reauthenticate.__typename === "SecondFactorRequired" ? reauthenticate.challengeToken : "";
    const code = await twilio.nextCode(person.phone);
    expect(await complete(challengeToken, code)).toBe("CHALLENGE_ENDED");
    expect(await countSessions(stage, person)).toBe(1);
    const input = { challengeToken, proof: { code } };
    expect(outcomeOf(await person.client.run(CompleteReauthenticationDocument, { input }))).toBe("Reauthenticated");
  });
});
