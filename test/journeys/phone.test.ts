import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  DeleteAccountDocument,
  MeDocument,
  ReauthenticateDocument,
  RemovePhoneDocument,
  SetLocaleDocument,
  SetPhoneDocument,
  VerifyPhoneDocument,
} from "../support/generated/authentication.js";
import { PASSWORD, signUpPerson, type TestPerson, uniquePhone } from "../support/people.js";
import { FakeTwilio } from "../support/twilio.js";

const TOKEN = "5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3";

let twilio: FakeTwilio;
let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
  application = await gateway.createApplication("Blue Heron", ...twilio.createAccount(TOKEN), 'locales.supported=["en","de"]');
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

const setPhone = async ({ client }: TestPerson, phone: string) => (await client.expect(SetPhoneDocument, { input: { phone } })).setPhone;
const verifyPhone = async ({ client }: TestPerson, code: string) =>
  (await client.expect(VerifyPhoneDocument, { input: { code } })).verifyPhone;
const removePhone = async ({ client }: TestPerson) => (await client.expect(RemovePhoneDocument, {})).removePhone;
const reauthenticate = ({ client }: TestPerson) => client.expect(ReauthenticateDocument, { input: { password: PASSWORD } });
const phoneOf = async ({ client }: TestPerson) => (await client.expect(MeDocument, {})).me?.phone;
const masked = (phone: string) => `+49${"*".repeat(phone.length - 5)}${phone.slice(-2)}`;
/** Walks the whole way. */
async function verifyNewPhone(person: TestPerson, phone = uniquePhone()): Promise<string> {
  expect(await setPhone(person, phone)).toMatchObject({ __typename: "CodeSent" });
  expect(await verifyPhone(person, await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
  return phone;
}

describe("set and verify", () => {
  it("phone - typed format, then its code - is the user's, masked; the message came from the application's number", async () => {
    const person = await signUpPerson(gateway, application);
    expect(await phoneOf(person)).toBeNull();
    const phone = uniquePhone();
    const typed = ` ${phone.slice(0, 3)} (0)${phone.slice(3, 6)}/${phone.slice(6, 9)}-${phone.slice(9)} `;
    const sent = await setPhone(person, typed);
    if (sent.__typename !== "CodeSent") throw new Error(JSON.stringify(sent));
    expect((Date.parse(sent.expiresAt) - gateway.clock.now().getTime()) / 1000).toBeGreaterThan(290);
    expect(await phoneOf(person)).toEqual({ masked: masked(phone), isVerified: false });
    const { body, from, validityPeriod } = await twilio.next(phone);
    expect(body).toMatch(/^\d{6} is your code for Blue Heron\. It works for 5 minutes\./);
    expect([from, validityPeriod > 250 && validityPeriod <= 300]).toEqual(["+4915735980000", true]);
    const code = body.slice(0, 6);
    expect(await verifyPhone(person, code === "000000" ? "000001" : "000000")).toMatchObject({ __typename: "InvalidCode" });
    expect(await verifyPhone(person, code)).toMatchObject({
      __typename: "PhoneVerified",
      user: { phone: { masked: masked(phone), isVerified: true } },
    });
    expect(await verifyPhone(person, code)).toMatchObject({ __typename: "InvalidCode" });
    expect((await gateway.mails.next(person.email)).subject).toContain("phone number");
    const events = await gateway.query<{ event: string; details: string }>(
      "SELECT event, details FROM audit_events WHERE actor = ? AND event LIKE 'PHONE%' ORDER BY created_at",
      [person.tokens.user.id],
    );
    expect(events.map(({ event }) => event)).toEqual(["PHONE_REQUESTED", "PHONE_VERIFIED"]);
    expect(JSON.stringify(events)).not.toContain(phone.slice(-4));
  });

  it("phone - user whose locale is German - the message is in German", async () => {
    const person = await signUpPerson(gateway, application);
    await person.client.expect(SetLocaleDocument, { input: { locale: "de" } });
    const phone = uniquePhone();
    await setPhone(person, phone);
    expect((await twilio.next(phone)).body).toMatch(/^\d{6} ist Ihr Code für Blue Heron\./);
  });

  it("phone - the same number again within a minute - one message, and its code works", async () => {
    const person = await signUpPerson(gateway, application);
    const phone = uniquePhone();
    const first = await setPhone(person, phone);
    expect(await setPhone(person, phone)).toEqual(first);
    const code = await twilio.nextCode(phone);
    expect(await verifyPhone(person, code)).toMatchObject({ __typename: "PhoneVerified" });
    expect(twilio.countTo(phone)).toBe(1);
  });

  it("phone - another number before the first is verified - the first code is rejected", async () => {
    const person = await signUpPerson(gateway, application);
    const [first, second] = [uniquePhone(), uniquePhone()];
    await setPhone(person, first);
    const stale = await twilio.nextCode(first);
    await setPhone(person, second);
    const code = await twilio.nextCode(second);
    if (stale !== code) expect(await verifyPhone(person, stale)).toMatchObject({ __typename: "InvalidCode" });
    expect(await verifyPhone(person, code)).toMatchObject({ user: { phone: { masked: masked(second) } } });
  });

  it("phone - code five minutes and one second later - is rejected, and the pending number is removed", async () => {
    const person = await signUpPerson(gateway, application);
    const phone = uniquePhone();
    await setPhone(person, phone);
    const code = await twilio.nextCode(phone);
    gateway.clock.move({ seconds: 301 });
    expect(await verifyPhone(person, code)).toMatchObject({ __typename: "InvalidCode" });
    expect(await phoneOf(person)).toBeNull();
  });
});

describe("change and remove", () => {
  it("MF-33 change phone - without and with recent authentication - is rejected, then the old number is used until the new one is verified, and is notified", async () => {
    const person = await signUpPerson(gateway, application);
    const old = await verifyNewPhone(person);
    gateway.clock.move({ minutes: 6 });
    const next = uniquePhone();
    expect(await setPhone(person, next)).toMatchObject({ __typename: "ReauthenticationRequired" });
    expect(await removePhone(person)).toMatchObject({ __typename: "ReauthenticationRequired" });
    expect(twilio.countTo(next)).toBe(0);
    await reauthenticate(person);
    expect(await setPhone(person, next)).toMatchObject({ __typename: "CodeSent" });
    expect(await phoneOf(person)).toEqual({ masked: masked(old), isVerified: true });
    await gateway.mails.next(person.email);
    expect(await verifyPhone(person, await twilio.nextCode(next))).toMatchObject({ user: { phone: { masked: masked(next) } } });
    expect((await twilio.next(old)).body).toMatch(/^The phone number of your account at Blue Heron was changed/);
    expect((await gateway.mails.next(person.email)).subject).toContain("was changed");
    expect(twilio.countTo(next)).toBe(1);
  });

  it("remove phone - verified number - gets no more messages, and can be verified by another user", async () => {
    const person = await signUpPerson(gateway, application);
    const phone = await verifyNewPhone(person);
    expect(await removePhone(person)).toMatchObject({ __typename: "ProfileUpdated", user: { phone: null } });
    expect(await removePhone(person)).toMatchObject({ __typename: "ProfileUpdated", user: { phone: null } });
    expect((await twilio.next(phone)).body).toContain("changed or removed");
    expect(await gateway.dump()).not.toContain(phone);
    gateway.clock.move({ minutes: 2 });
    await verifyNewPhone(await signUpPerson(gateway, application), phone);
  });

  it("phone - verified by another user meanwhile - is rejected like a wrong code; the first user keeps it", async () => {
    const [first, second] = [await signUpPerson(gateway, application), await signUpPerson(gateway, application)];
    const phone = uniquePhone();
    await setPhone(second, phone);
    const code = await twilio.nextCode(phone);
    gateway.clock.move({ seconds: 61 });
    const same = await setPhone(first, phone);
    expect(same.__typename).toBe("CodeSent");
    expect(await verifyPhone(first, await twilio.nextCode(phone))).toMatchObject({ __typename: "PhoneVerified" });
    const taken = await verifyPhone(second, code);
    const wrong = await verifyPhone(second, code === "000000" ? "000001" : "000000");
    expect(taken).toEqual(wrong);
    expect(taken).toMatchObject({ __typename: "InvalidCode" });
    expect(await phoneOf(first)).toMatchObject({ isVerified: true });
  });

  it("phone - two applications - the same number can be verified in each", async () => {
    const elsewhere = await gateway.createApplication("Red Kite", ...twilio.createAccount("another-token-of-twilio"));
    const phone = await verifyNewPhone(await signUpPerson(gateway, application));
    await verifyNewPhone(await signUpPerson(gateway, elsewhere), phone);
    expect(twilio.received.filter(({ to }) => to === phone).map(({ accountSid }) => accountSid.slice(-1))).toEqual(["1", "2"]);
  });

  it("delete account - with a verified and a pending number - removes both everywhere", async () => {
    const person = await signUpPerson(gateway, application);
    const [phone, claim] = [await verifyNewPhone(person), uniquePhone()];
    await setPhone(person, claim);
    await twilio.next(claim);
    expect((await person.client.expect(DeleteAccountDocument, {})).deleteAccount).toMatchObject({ __typename: "AccountDeleted" });
    const dump = await gateway.dump();
    expect([phone, claim].filter((number) => dump.includes(number))).toEqual([]);
    const left = await gateway.query("SELECT id FROM outbox_messages WHERE recipient_masked IN (?, ?)", [masked(phone), masked(claim)]);
    expect(left).toEqual([]);
  });
});

describe("development without a Twilio account", () => {
  it("phone - no Twilio settings - the message is in the development inbox as SMS, found by its number in any encoding", async () => {
    const alone = await TestGateway.start();
    try {
      const demo = await alone.createApplication("Demo");
      const person = await signUpPerson(alone, demo);
      const phone = "+447700900123";
      expect(await setPhone(person, phone)).toMatchObject({ __typename: "CodeSent" });
      const read = async (to: string) =>
        (await (await fetch(`${alone.url}/development/inbox.json?to=${to}`)).json()) as { code: string; channel: string; to: string }[];
      await expect.poll(() => read(phone)).toHaveLength(1);
      expect(await read(encodeURIComponent(phone))).toMatchObject([{ channel: "SMS", to: phone }]);
      const [message] = await read(phone);
      expect(await verifyPhone(person, message?.code ?? "")).toMatchObject({ __typename: "PhoneVerified" });
      expect(await (await fetch(`${alone.url}/development/inbox`)).text()).toContain(`to ${phone}`);
    } finally {
      await alone.stop();
    }
  });

  it("phone - Twilio configured for the gateway only - is rejected, nothing is queued", async () => {
    const without = await gateway.createApplication("No account");
    const person = await signUpPerson(gateway, without);
    expect(await setPhone(person, uniquePhone())).toMatchObject({ __typename: "HandleInvalid", path: ["phone"] });
    expect(await gateway.query("SELECT id FROM outbox_messages WHERE application_id = ? AND channel = 'SMS'", [without.id])).toEqual([]);
  });
});
