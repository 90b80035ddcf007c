import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { DeleteAccountDocument, MeDocument, SetPhoneDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { signUpPerson, type TestPerson, uniquePhone } from "../support/people.js";
import { beginLogIn, completeLogIn, signUpWithPhone } from "../support/second-factor.js";
import { FakeTwilio } from "../support/twilio.js";

/** Requests of one race. */
const REQUEST_COUNT = 20;
const { RACE_ROUNDS = "5" } = process.env;
const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

let twilio: FakeTwilio;
let gatewayA: TestGateway;
let gatewayB: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  const environment = { TWILIO_BASE_URL: twilio.url, SMS_PER_DAY: "100000" };
  gatewayA = await TestGateway.start({ environment });
  gatewayB = await TestGateway.start({ shareDatabaseOf: gatewayA, environment });
  const account = twilio.createAccount("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  application = await gatewayA.createApplication("Blue Heron", ...account, "twilio.messagesPerDay=100000");
});
afterAll(async () => {
  await gatewayB.stop();
  await gatewayA.stop();
  await twilio.stop();
});

/** Sends concurrent requests, alternately to the two instances, each from a different address. */
const race = async <T>(times: number, person: TestPerson, request: (client: TestPerson["client"], index: number) => Promise<T>) =>
  await Promise.all(
    Array.from({ length: times }, (_, index) =>
      request(person.client.with({ baseUrl: [gatewayA, gatewayB][index % 2]?.url ?? "" }), index),
    ),
  );
const setPhone = async (client: TestPerson["client"], phone: string) =>
  (await client.expect(SetPhoneDocument, { input: { phone } })).setPhone.__typename;
const verifyPhone = async (client: TestPerson["client"], code: string) =>
  (await client.expect(VerifyPhoneDocument, { input: { code } })).verifyPhone.__typename;
const otherCode = (code: string, step: number) => String((Number(code) + step) % 10 ** code.length).padStart(code.length, "0");
const countOf = (answers: readonly string[], name: string) => answers.filter((answer) => answer === name).length;

describe.each(rounds)("round %i", () => {
  it("MF-28 set phone - twenty at once for one number - one message, rejections by the rate limit only, and its code works", async () => {
    const person = await signUpPerson(gatewayA, application);
    const phone = uniquePhone();
    const answers = await race(REQUEST_COUNT, person, (client) => setPhone(client, phone));
    expect(countOf(answers, "CodeSent")).toBeGreaterThan(0);
    expect(countOf(answers, "CodeSent") + countOf(answers, "TooManyAttempts")).toBe(REQUEST_COUNT);
    expect(await verifyPhone(person.client, await twilio.nextCode(phone))).toBe("PhoneVerified");
    expect(twilio.countTo(phone)).toBe(1);
  });

  it("MF-28 set phone - twenty different numbers at once - at most three messages, and the code of the last number works", async () => {
    const person = await signUpPerson(gatewayA, application);
    const phones = Array.from({ length: REQUEST_COUNT }, uniquePhone);
    const answers = await race(REQUEST_COUNT, person, (client, index) => setPhone(client, phones[index] ?? ""));
    expect(countOf(answers, "CodeSent") + countOf(answers, "TooManyAttempts")).toBe(REQUEST_COUNT);
    const [live] = await gatewayA.query<{ detail: string }>(
      "SELECT detail FROM challenges WHERE purpose = 'PHONE' ORDER BY issued_at DESC LIMIT 1",
    );
    expect(await verifyPhone(person.client, await twilio.nextCode(live?.detail ?? ""))).toBe("PhoneVerified");
    expect(phones.reduce((sum, phone) => sum + twilio.countTo(phone), 0)).toBeLessThanOrEqual(3);
  });

  it("RC-02 verify phone - twenty at once with the right code - one succeeds, one notice", async () => {
    const person = await signUpPerson(gatewayA, application);
    const phone = uniquePhone();
    await setPhone(person.client, phone);
    const code = await twilio.nextCode(phone);
    const answers = await race(REQUEST_COUNT, person, (client) => verifyPhone(client, code));
    expect(countOf(answers, "PhoneVerified")).toBe(1);
    expect(countOf(answers, "InvalidCode") + countOf(answers, "TooManyAttempts")).toBe(REQUEST_COUNT - 1);
    await gatewayA.mails.next(person.email);
    const notices = await gatewayA.query("SELECT id FROM outbox_messages WHERE application_id = ? AND template = 'phoneChanged'", [
      application.id,
    ]);
    expect(notices.length).toBe(await countVerified());
  });

  it("RC-12 verify phone - fourteen wrong codes at once - five are checked, the right one afterwards is rejected", async () => {
    const person = await signUpPerson(gatewayA, application);
    const phone = uniquePhone();
    await setPhone(person.client, phone);
    const code = await twilio.nextCode(phone);
    await race(14, person, (client, index) => verifyPhone(client, otherCode(code, index + 1)));
    const [row] = await gatewayA.query<{ attempts: number }>("SELECT attempts FROM challenges WHERE purpose = 'PHONE' AND detail = ?", [
      phone,
    ]);
    expect(row?.attempts).toBe(5);
    expect(await verifyPhone(person.client, code)).toBe("InvalidCode");
  });

  it("RC-13 verify phone - two users with codes for one number - one gets it, the other is rejected", async () => {
    const people = [await signUpPerson(gatewayA, application), await signUpPerson(gatewayA, application)];
    const phone = uniquePhone();
    const codes: string[] = [];
    for (const { client } of people) {
      expect(await setPhone(client, phone)).toBe("CodeSent");
      codes.push(await twilio.nextCode(phone));
      gatewayA.clock.move({ seconds: 61 });
    }
    const answers = await Promise.all(people.map(({ client }, index) => verifyPhone(client, codes[index] ?? "")));
    expect(answers.sort()).toEqual(["InvalidCode", "PhoneVerified"]);
    expect(await gatewayA.query("SELECT id FROM users WHERE phone = ?", [phone])).toHaveLength(1);
  });

  it("RC-05 delete account - concurrent with set phone - no row of the user remains, and no token works", async () => {
    const person = await signUpPerson(gatewayA, application);
    const phones = Array.from({ length: 6 }, uniquePhone);
    await race(7, person, async (client, index) =>
      index === 0
        ? await client.run(DeleteAccountDocument, {})
        : await client.run(SetPhoneDocument, { input: { phone: phones[index % 6] ?? "" } }),
    );
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const dump = await gatewayA.dump();
    expect(phones.filter((phone) => dump.includes(phone))).toEqual([]);
  });

  it("complete log in - one SMS code many times - one session, one message, and the code is consumed", async () => {
    const account = twilio.createAccount("0f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
    const own = await gatewayA.createApplication("By phone", ...account, "secondFactor.mode=SMS");
    const person = await signUpWithPhone(gatewayA, twilio, own);
    gatewayA.clock.move({ seconds: 61 });
    const challengeToken = await beginLogIn(own.client, person.email);
    const code = await twilio.nextCode(person.phone);
    const answers = await race(REQUEST_COUNT, { ...person, client: own.client }, (client) =>
      completeLogIn(client, challengeToken, { code }),
    );
    const names = answers.map(({ __typename }) => __typename);
    expect(countOf(names, "LoggedIn")).toBe(1);
    expect(twilio.countTo(person.phone)).toBe(2);
    const sessions = "SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL";
    expect(await gatewayA.query(sessions, [person.tokens.user.id])).toHaveLength(2);
    const next = await beginLogIn(own.client, person.email);
    expect((await completeLogIn(own.client, next, { code })).__typename).not.toBe("LoggedIn");
  });
});

async function countVerified(): Promise<number> {
  return (await gatewayA.query("SELECT id FROM audit_events WHERE application_id = ? AND event = 'PHONE_VERIFIED'", [application.id]))
    .length;
}
