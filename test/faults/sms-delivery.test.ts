import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { SetPhoneDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { signUpPerson, type TestPerson, uniquePhone } from "../support/people.js";
import { FakeTwilio, type TwilioBehaviour } from "../support/twilio.js";

interface Message {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly payload_sealed: string | null;
  readonly last_failure: string | null;
  readonly recipient_masked: string;
}

const TOKEN = "7d1e9b3f5a2c4e6088f0a1b2c3d4e5f6";

let twilio: FakeTwilio;
let gateway: TestGateway;
let application: TestApplication;
let person: TestPerson;
let phone: string;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
  application = await gateway.createApplication("Blue Heron", ...twilio.createAccount(TOKEN));
});
afterAll(async () => {
  // No log contains a number, a code or credentials of the Twilio account, regardless of the failure.
  const logs = gateway.logs.join("");
  const codes = twilio.received.map(({ body }) => body.slice(0, 6));
  expect([TOKEN, Buffer.from(TOKEN).toString("base64").slice(0, 20), ...numbers].filter((secret) => logs.includes(secret))).toEqual([]);
  expect(codes.filter((code) => new RegExp(`(?<![\\w.-])${code}(?![\\w-])`).test(logs))).toEqual([]);
  expect(await gateway.dump()).not.toContain(TOKEN);
  await gateway.stop();
  await twilio.stop();
});
const numbers: string[] = [];
beforeEach(async () => {
  twilio.behaviour = "accept";
  person = await signUpPerson(gateway, application);
  phone = uniquePhone();
  numbers.push(phone);
});

const setPhone = async (to = phone, { client } = person) => (await client.expect(SetPhoneDocument, { input: { phone: to } })).setPhone;
const verifyPhone = async (code: string, { client } = person) =>
  (await client.expect(VerifyPhoneDocument, { input: { code } })).verifyPhone;
const messagesTo = (number: string) =>
  gateway.query<Message>("SELECT * FROM outbox_messages WHERE channel = 'SMS' AND recipient_masked LIKE ? ORDER BY created_at DESC", [
    `+49%${number.slice(-2)}`,
  ]);
/** The newest text message to a number as soon as it is like this. */
async function waitForMessage(predicate: (message: Message) => boolean, number = phone): Promise<Message> {
  const deadline = Date.now() + 25_000;
  for (;;) {
    gateway.gateway.dispatcher.wake();
    const [message] = await messagesTo(number);
    if (message && predicate(message)) return message;
    if (Date.now() > deadline) throw new Error(`Waited in vain; message: ${JSON.stringify(message)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const isFinished = ({ status }: Message) => status !== "PENDING";
const hasAttempts =
  (times = 1) =>
  ({ attempts }: Message) =>
    attempts === times;
const failuresOf = async ({ id }: Message) =>
  (await gateway.query<{ details: string }>("SELECT details FROM audit_events WHERE event = 'MESSAGE_FAILED'"))
    .map(({ details }) => JSON.parse(details) as Record<string, string>)
    .filter(({ messageId }) => messageId === id);

describe("permanent failures of Twilio", () => {
  it.each([
    [400, 21211, "invalid number"],
    [400, 21610, "number that wants no messages"],
    [403, 21408, "country the account may not send to"],
    [401, 20003, "wrong token"],
    [404, 20404, "account that is gone"],
  ])("SMS - %i with code %i (%s) - fails immediately, is recorded in deliveries and audit; the caller cannot tell", async (status, code) => {
    const usual = await setPhone();
    await waitForMessage(isFinished);
    const other = await signUpPerson(gateway, application);
    const number = uniquePhone();
    numbers.push(number);
    twilio.behaviourByNumber.set(number, { status, code });
    const before = twilio.deliveryAttempts;
    expect(Object.keys(await setPhone(number, other))).toEqual(Object.keys(usual));
    const message = await waitForMessage(isFinished, number);
    expect(message).toMatchObject({
      status: "FAILED",
      attempts: 0,
      payload_sealed: expect.any(String),
      last_failure: `TWILIO ${status} ${code}`,
    });
    expect(message.recipient_masked).toBe(`+49*********${number.slice(-2)}`);
    expect(await failuresOf(message)).toEqual([
      { messageId: message.id, template: "phoneCode", channel: "SMS", status: "FAILED", failure: `TWILIO ${status} ${code}` },
    ]);
    expect(twilio.deliveryAttempts - before).toBe(1);
    expect(await gateway.waitForLog(message.id, "message delivery failed permanently")).toMatchObject({ level: 50 });
  });

  it("SMS - auth token unknown to Twilio - fails with 401 and is never shown", async () => {
    const wrong = await gateway.createApplication("Wrong token", ...twilio.createAccount("the-right-token-of-this-one"));
    await gateway.configure(wrong.id, "twilio.authToken=a-wrong-token-of-this-one");
    const user = await signUpPerson(gateway, wrong);
    await setPhone(phone, user);
    expect(await waitForMessage(isFinished)).toMatchObject({ status: "FAILED", last_failure: "TWILIO 401 20003" });
    expect(gateway.logs.join("")).not.toContain("a-wrong-token-of-this-one");
  });
});

describe("temporary failures of Twilio", () => {
  it.each<[string, TwilioBehaviour, string]>([
    ["429", { status: 429, code: 20429 }, "TWILIO 429 20429"],
    ["503", { status: 503, code: 20503 }, "TWILIO 503 20503"],
    ["a full queue", { status: 400, code: 21611 }, "TWILIO 400 21611"],
    ["HTML", "html", "TWILIO 502 without JSON"],
  ])("SMS - %s - is retried, then arrives once and its code works", async (_, temper, failure) => {
    twilio.behaviour = temper;
    await setPhone();
    expect(await waitForMessage(hasAttempts())).toMatchObject({ status: "PENDING", last_failure: failure });
    twilio.behaviour = "accept";
    gateway.clock.move({ seconds: 5 });
    expect(await waitForMessage(isFinished)).toMatchObject({ status: "DELIVERED", payload_sealed: null });
    expect(twilio.countTo(phone)).toBe(1);
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - no response, and a response that never completes - time out after ten seconds each, other messages are sent meanwhile", async () => {
    const [silent, dripping] = [phone, uniquePhone()];
    numbers.push(dripping);
    twilio.behaviourByNumber.set(silent, "silent").set(dripping, "drip");
    const other = await signUpPerson(gateway, application);
    const started = performance.now();
    await setPhone(silent);
    await setPhone(dripping, other);
    expect(performance.now() - started).toBeLessThan(4000);
    const third = await signUpPerson(gateway, application);
    const quick = uniquePhone();
    await setPhone(quick, third);
    await twilio.next(quick);
    for (const number of [silent, dripping])
      expect(await waitForMessage(hasAttempts(), number)).toMatchObject({ status: "PENDING", last_failure: "TWILIO timeout" });
    expect(performance.now() - started).toBeLessThan(20_000);
    twilio.behaviourByNumber.clear();
    gateway.clock.move({ seconds: 5 });
    for (const number of [silent, dripping]) await waitForMessage(isFinished, number);
    expect([silent, dripping].map((number) => twilio.countTo(number))).toEqual([1, 1]);
  }, 60_000);

  it("SMS - accepted, response lost - is found at Twilio and not sent twice", async () => {
    twilio.behaviour = "drop-answer";
    await setPhone();
    expect(await waitForMessage(hasAttempts())).toMatchObject({ status: "PENDING", last_failure: "TWILIO ECONNRESET" });
    twilio.behaviour = "accept";
    const offered = twilio.deliveryAttempts;
    gateway.clock.move({ seconds: 5 });
    expect(await waitForMessage(isFinished)).toMatchObject({ status: "DELIVERED" });
    expect([twilio.countTo(phone), twilio.deliveryAttempts - offered]).toEqual([1, 0]);
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - failures for five minutes - is never sent and is recorded as expired; a new code works", async () => {
    twilio.behaviour = { status: 500, code: 20500 };
    await setPhone();
    for (const [times, seconds] of [
      [1, 5],
      [2, 30],
      [3, 120],
    ] as const) {
      await waitForMessage(hasAttempts(times));
      gateway.clock.move({ seconds });
    }
    const given = await waitForMessage(isFinished);
    expect(given).toMatchObject({ status: "EXPIRED", payload_sealed: null, last_failure: "TWILIO 500 20500" });
    expect(await failuresOf(given)).toMatchObject([{ channel: "SMS", status: "EXPIRED" }]);
    twilio.behaviour = "accept";
    gateway.clock.move({ minutes: 3 });
    expect(twilio.countTo(phone)).toBe(0);
    await setPhone();
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - auth token that cannot be decrypted - is retried without revealing it, and sent once the token is set again", async () => {
    const own = await gateway.createApplication("Undecryptable token", ...twilio.createAccount("undecryptable-token"));
    const user = await signUpPerson(gateway, own);
    const rows = await gateway.query<{ value_sealed: string }>("SELECT value_sealed FROM application_secrets WHERE application_id = ?", [
      application.id,
    ]);
    await gateway.query("UPDATE application_secrets SET value_sealed = ? WHERE application_id = ?", [rows[0]?.value_sealed, own.id]);
    await setPhone(phone, user);
    expect(await waitForMessage(hasAttempts())).toMatchObject({ status: "PENDING", last_failure: "DecryptionError" });
    await gateway.configure(own.id, "twilio.authToken=undecryptable-token");
    gateway.clock.move({ seconds: 5 });
    expect(await verifyPhone(await twilio.nextCode(phone), user)).toMatchObject({ __typename: "PhoneVerified" });
  });
});
