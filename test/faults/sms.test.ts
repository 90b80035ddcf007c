import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { SetPhoneDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { freshPhone, signUpPerson, type TestPerson } from "../support/people.js";
import { FakeTwilio, type TwilioTemper } from "../support/twilio.js";

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
  application = await gateway.createApplication("Blue Heron", ...twilio.openAccount(TOKEN));
});
afterAll(async () => {
  // Neither a number, nor a code, nor what opens the account is in any log, whatever went wrong.
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
  twilio.temper = "accept";
  person = await signUpPerson(gateway, application);
  phone = freshPhone();
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
async function messageWhen(isSo: (message: Message) => boolean, number = phone): Promise<Message> {
  const deadline = Date.now() + 25_000;
  for (;;) {
    gateway.gateway.dispatcher.wake();
    const [message] = await messagesTo(number);
    if (message && isSo(message)) return message;
    if (Date.now() > deadline) throw new Error(`Waited in vain; message: ${JSON.stringify(message)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const isFinished = ({ status }: Message) => status !== "PENDING";
const wasTried =
  (times = 1) =>
  ({ attempts }: Message) =>
    attempts === times;
const failuresOf = async ({ id }: Message) =>
  (await gateway.query<{ details: string }>("SELECT details FROM audit_events WHERE event = 'MESSAGE_FAILED'"))
    .map(({ details }) => JSON.parse(details) as Record<string, string>)
    .filter(({ messageId }) => messageId === id);

describe("Twilio refuses for good", () => {
  it.each([
    [400, 21211, "invalid number"],
    [400, 21610, "number that wants no messages"],
    [403, 21408, "country the account may not send to"],
    [401, 20003, "wrong token"],
    [404, 20404, "account that is gone"],
  ])("SMS - %i with code %i (%s) - is given up at once, in deliveries and audit; the caller cannot tell", async (status, code) => {
    const usual = await setPhone();
    await messageWhen(isFinished);
    const other = await signUpPerson(gateway, application);
    const number = freshPhone();
    numbers.push(number);
    twilio.tempers.set(number, { status, code });
    const before = twilio.offered;
    expect(Object.keys(await setPhone(number, other))).toEqual(Object.keys(usual));
    const message = await messageWhen(isFinished, number);
    expect(message).toMatchObject({ status: "FAILED", attempts: 0, payload_sealed: null, last_failure: `TWILIO ${status} ${code}` });
    expect(message.recipient_masked).toBe(`+49*********${number.slice(-2)}`);
    expect(await failuresOf(message)).toEqual([
      { messageId: message.id, template: "phoneCode", channel: "SMS", status: "FAILED", failure: `TWILIO ${status} ${code}` },
    ]);
    expect(twilio.offered - before).toBe(1);
    expect(await gateway.logged(message.id, "message given up")).toMatchObject({ level: 50 });
  });

  it("SMS - token that Twilio does not know - is refused with 401 and never shown", async () => {
    const wrong = await gateway.createApplication("Wrong token", ...twilio.openAccount("the-right-token-of-this-one"));
    await gateway.configure(wrong.id, "twilio.authToken=a-wrong-token-of-this-one");
    const somebody = await signUpPerson(gateway, wrong);
    await setPhone(phone, somebody);
    expect(await messageWhen(isFinished)).toMatchObject({ status: "FAILED", last_failure: "TWILIO 401 20003" });
    expect(gateway.logs.join("")).not.toContain("a-wrong-token-of-this-one");
  });
});

describe("Twilio refuses for now", () => {
  it.each<[string, TwilioTemper, string]>([
    ["429", { status: 429, code: 20429 }, "TWILIO 429 20429"],
    ["503", { status: 503, code: 20503 }, "TWILIO 503 20503"],
    ["a full queue", { status: 400, code: 21611 }, "TWILIO 400 21611"],
    ["HTML", "html", "TWILIO 502 without JSON"],
  ])("SMS - %s - waits, then arrives once and works", async (_, temper, failure) => {
    twilio.temper = temper;
    await setPhone();
    expect(await messageWhen(wasTried())).toMatchObject({ status: "PENDING", last_failure: failure });
    twilio.temper = "accept";
    gateway.clock.move({ seconds: 5 });
    expect(await messageWhen(isFinished)).toMatchObject({ status: "DELIVERED", payload_sealed: null });
    expect(twilio.countTo(phone)).toBe(1);
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - silence, and an answer that drips - is over after ten seconds each, other messages leave meanwhile", async () => {
    const [silent, dripping] = [phone, freshPhone()];
    numbers.push(dripping);
    twilio.tempers.set(silent, "silent").set(dripping, "drip");
    const other = await signUpPerson(gateway, application);
    const started = performance.now();
    await setPhone(silent);
    await setPhone(dripping, other);
    expect(performance.now() - started).toBeLessThan(4000);
    const third = await signUpPerson(gateway, application);
    const quick = freshPhone();
    await setPhone(quick, third);
    await twilio.next(quick);
    for (const number of [silent, dripping])
      expect(await messageWhen(wasTried(), number)).toMatchObject({ status: "PENDING", last_failure: "TWILIO timeout" });
    expect(performance.now() - started).toBeLessThan(20_000);
    twilio.tempers.clear();
    gateway.clock.move({ seconds: 5 });
    for (const number of [silent, dripping]) await messageWhen(isFinished, number);
    expect([silent, dripping].map((number) => twilio.countTo(number))).toEqual([1, 1]);
  }, 60_000);

  it("SMS - taken, but its answer lost - is found again and not sent twice", async () => {
    twilio.temper = "lose-answer";
    await setPhone();
    expect(await messageWhen(wasTried())).toMatchObject({ status: "PENDING", last_failure: "TWILIO ECONNRESET" });
    twilio.temper = "accept";
    const offered = twilio.offered;
    gateway.clock.move({ seconds: 5 });
    expect(await messageWhen(isFinished)).toMatchObject({ status: "DELIVERED" });
    expect([twilio.countTo(phone), twilio.offered - offered]).toEqual([1, 0]);
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - nothing works for five minutes - never leaves, is on record; a new code works", async () => {
    twilio.temper = { status: 500, code: 20500 };
    await setPhone();
    for (const [times, seconds] of [
      [1, 5],
      [2, 30],
      [3, 120],
    ] as const) {
      await messageWhen(wasTried(times));
      gateway.clock.move({ seconds });
    }
    const given = await messageWhen(isFinished);
    expect(given).toMatchObject({ status: "EXPIRED", payload_sealed: null, last_failure: "TWILIO 500 20500" });
    expect(await failuresOf(given)).toMatchObject([{ channel: "SMS", status: "EXPIRED" }]);
    twilio.temper = "accept";
    gateway.clock.move({ minutes: 3 });
    expect(twilio.countTo(phone)).toBe(0);
    await setPhone();
    expect(await verifyPhone(await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  });

  it("SMS - sealed token that cannot be opened - waits without a word of it, and leaves once the token is set anew", async () => {
    const own = await gateway.createApplication("Broken seal", ...twilio.openAccount("token-of-the-broken-seal"));
    const somebody = await signUpPerson(gateway, own);
    const rows = await gateway.query<{ value_sealed: string }>("SELECT value_sealed FROM application_secrets WHERE application_id = ?", [
      application.id,
    ]);
    await gateway.query("UPDATE application_secrets SET value_sealed = ? WHERE application_id = ?", [rows[0]?.value_sealed, own.id]);
    await setPhone(phone, somebody);
    expect(await messageWhen(wasTried())).toMatchObject({ status: "PENDING", last_failure: "SealBroken" });
    await gateway.configure(own.id, "twilio.authToken=token-of-the-broken-seal");
    gateway.clock.move({ seconds: 5 });
    expect(await verifyPhone(await twilio.nextCode(phone), somebody)).toMatchObject({ __typename: "PhoneVerified" });
  });
});
