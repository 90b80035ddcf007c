import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { DeleteAccountDocument, MeDocument, SetPhoneDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { freshPhone, signUpPerson, type TestPerson } from "../support/people.js";
import { beginLogIn, completeLogIn, signUpWithPhone } from "../support/second-factor.js";
import { FakeTwilio } from "../support/twilio.js";

/** Requests of one race. */
const N = 20;
const { RACE_ROUNDS = "5" } = process.env;
const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

let twilio: FakeTwilio;
let one: TestGateway;
let other: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  const environment = { TWILIO_BASE_URL: twilio.url, SMS_PER_DAY: "100000" };
  one = await TestGateway.start({ environment });
  other = await TestGateway.start({ beside: one, environment });
  const account = twilio.openAccount("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  application = await one.createApplication("Blue Heron", ...account, "twilio.messagesPerDay=100000");
});
afterAll(async () => {
  await other.stop();
  await one.stop();
  await twilio.stop();
});

/** Runs `times` requests at once, every other one at the other instance, each from an address of its own. */
const race = async <T>(times: number, person: TestPerson, request: (client: TestPerson["client"], index: number) => Promise<T>) =>
  await Promise.all(
    Array.from({ length: times }, (_, index) => request(person.client.with({ baseUrl: [one, other][index % 2]?.url ?? "" }), index)),
  );
const setPhone = async (client: TestPerson["client"], phone: string) =>
  (await client.expect(SetPhoneDocument, { input: { phone } })).setPhone.__typename;
const verifyPhone = async (client: TestPerson["client"], code: string) =>
  (await client.expect(VerifyPhoneDocument, { input: { code } })).verifyPhone.__typename;
const another = (code: string, step: number) => String((Number(code) + step) % 10 ** code.length).padStart(code.length, "0");
const countOf = (answers: readonly string[], name: string) => answers.filter((answer) => answer === name).length;

describe.each(rounds)("round %i", () => {
  it("MF-28 set phone - twenty at once for one number - one message, nobody is refused but by the budget, and its code works", async () => {
    const person = await signUpPerson(one, application);
    const phone = freshPhone();
    const answers = await race(N, person, (client) => setPhone(client, phone));
    expect(countOf(answers, "CodeSent")).toBeGreaterThan(0);
    expect(countOf(answers, "CodeSent") + countOf(answers, "TooManyAttempts")).toBe(N);
    expect(await verifyPhone(person.client, await twilio.nextCode(phone))).toBe("PhoneVerified");
    expect(twilio.countTo(phone)).toBe(1);
  });

  it("MF-28 set phone - twenty different numbers at once - at most three messages, and the last one's code is the one that works", async () => {
    const person = await signUpPerson(one, application);
    const phones = Array.from({ length: N }, freshPhone);
    const answers = await race(N, person, (client, index) => setPhone(client, phones[index] ?? ""));
    expect(countOf(answers, "CodeSent") + countOf(answers, "TooManyAttempts")).toBe(N);
    const [live] = await one.query<{ detail: string }>(
      "SELECT detail FROM challenges WHERE purpose = 'PHONE' ORDER BY issued_at DESC LIMIT 1",
    );
    expect(await verifyPhone(person.client, await twilio.nextCode(live?.detail ?? ""))).toBe("PhoneVerified");
    expect(phones.reduce((sum, phone) => sum + twilio.countTo(phone), 0)).toBeLessThanOrEqual(3);
  });

  it("RC-02 verify phone - twenty at once with the right code - one is told so, one notice", async () => {
    const person = await signUpPerson(one, application);
    const phone = freshPhone();
    await setPhone(person.client, phone);
    const code = await twilio.nextCode(phone);
    const answers = await race(N, person, (client) => verifyPhone(client, code));
    expect(countOf(answers, "PhoneVerified")).toBe(1);
    expect(countOf(answers, "InvalidCode") + countOf(answers, "TooManyAttempts")).toBe(N - 1);
    await one.mails.next(person.email);
    const notices = await one.query("SELECT id FROM outbox_messages WHERE application_id = ? AND template = 'phoneChanged'", [
      application.id,
    ]);
    expect(notices.length).toBe(await countVerified());
  });

  it("RC-12 verify phone - fourteen wrong codes at once - five are evaluated, the right one afterwards is refused", async () => {
    const person = await signUpPerson(one, application);
    const phone = freshPhone();
    await setPhone(person.client, phone);
    const code = await twilio.nextCode(phone);
    await race(14, person, (client, index) => verifyPhone(client, another(code, index + 1)));
    const [row] = await one.query<{ attempts: number }>("SELECT attempts FROM challenges WHERE purpose = 'PHONE' AND detail = ?", [phone]);
    expect(row?.attempts).toBe(5);
    expect(await verifyPhone(person.client, code)).toBe("InvalidCode");
  });

  it("RC-13 verify phone - two people who both hold the code of one number - one has it, the other is refused", async () => {
    const people = [await signUpPerson(one, application), await signUpPerson(one, application)];
    const phone = freshPhone();
    const codes: string[] = [];
    for (const { client } of people) {
      expect(await setPhone(client, phone)).toBe("CodeSent");
      codes.push(await twilio.nextCode(phone));
      one.clock.move({ seconds: 61 });
    }
    const answers = await Promise.all(people.map(({ client }, index) => verifyPhone(client, codes[index] ?? "")));
    expect(answers.sort()).toEqual(["InvalidCode", "PhoneVerified"]);
    expect(await one.query("SELECT id FROM users WHERE phone = ?", [phone])).toHaveLength(1);
  });

  it("RC-05 delete account - while phones are set - no row of the user is left, and no token works", async () => {
    const person = await signUpPerson(one, application);
    const phones = Array.from({ length: 6 }, freshPhone);
    await race(7, person, async (client, index) =>
      index === 0
        ? await client.run(DeleteAccountDocument, {})
        : await client.run(SetPhoneDocument, { input: { phone: phones[index % 6] ?? "" } }),
    );
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const dump = await one.dump();
    expect(phones.filter((phone) => dump.includes(phone))).toEqual([]);
  });

  it("complete log in - one code by SMS many times - one session, one message, and the code is used up", async () => {
    const account = twilio.openAccount("0f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
    const own = await one.createApplication("By phone", ...account, "secondFactor.mode=SMS");
    const person = await signUpWithPhone(one, twilio, own);
    one.clock.move({ seconds: 61 });
    const challengeToken = await beginLogIn(own.client, person.email);
    const code = await twilio.nextCode(person.phone);
    const answers = await race(N, { ...person, client: own.client }, (client) => completeLogIn(client, challengeToken, { code }));
    const names = answers.map(({ __typename }) => __typename);
    expect(countOf(names, "LoggedIn")).toBe(1);
    expect(twilio.countTo(person.phone)).toBe(2);
    const sessions = "SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL";
    expect(await one.query(sessions, [person.tokens.user.id])).toHaveLength(2);
    const next = await beginLogIn(own.client, person.email);
    expect((await completeLogIn(own.client, next, { code })).__typename).not.toBe("LoggedIn");
  });
});

async function countVerified(): Promise<number> {
  return (await one.query("SELECT id FROM audit_events WHERE application_id = ? AND event = 'PHONE_VERIFIED'", [application.id])).length;
}
