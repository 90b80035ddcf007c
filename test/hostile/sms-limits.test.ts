import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { SetPhoneDocument, SignUpDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { PASSWORD, requireLogIn, uniqueEmail, uniquePhone } from "../support/people.js";
import { FakeTwilio } from "../support/twilio.js";

interface Person {
  readonly email: string;
  readonly client: Client;
}

let twilio: FakeTwilio;
let gateway: TestGateway;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

let accounts = 0;
const createApplication = (name: string, ...settings: string[]) =>
  gateway.createApplication(name, ...twilio.createAccount(`token-number-${++accounts}-of-twilio`), "signUp.flow=NONE", ...settings);
async function join({ client }: TestApplication): Promise<Person> {
  const email = uniqueEmail();
  const { signUp } = await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } });
  if (signUp.__typename !== "LoggedIn") throw new Error(JSON.stringify(signUp));
  return { email, client: client.with({ token: signUp.sessionToken }) };
}
const setPhone = async ({ client }: Person, phone: string) => (await client.expect(SetPhoneDocument, { input: { phone } })).setPhone;
const verifyPhone = async ({ client }: Person, code: string) =>
  (await client.expect(VerifyPhoneDocument, { input: { code } })).verifyPhone.__typename;
/** Walks the whole way, as people do who wait for their message. */
async function verifyNewPhone(person: Person, phone: string): Promise<void> {
  expect([phone, (await setPhone(person, phone)).__typename]).toEqual([phone, "CodeSent"]);
  expect(await verifyPhone(person, await twilio.nextCode(phone))).toBe("PhoneVerified");
}
const alarmsOf = async (applicationId: string) =>
  (
    await gateway.query<{ details: string }>(
      "SELECT details FROM audit_events WHERE event = 'BUDGET_ALARM' AND application_id = ? ORDER BY created_at",
      [applicationId],
    )
  ).map(({ details }) => JSON.parse(details) as { limit: string; percent: number });
/** How many of these numbers got a message, once everything that was taken in has left. */
async function countSent(phones: readonly string[]): Promise<number> {
  await expect
    .poll(() => gateway.query("SELECT id FROM outbox_messages WHERE channel = 'SMS' AND status = 'PENDING'"), { timeout: 15_000 })
    .toEqual([]);
  return phones.filter((phone) => twilio.countTo(phone) > 0).length;
}

describe("limits per account and number", () => {
  it("SMS - five unverified in an hour - the sixth is limited; an hour later it is sent", async () => {
    const person = await join(await createApplication("Unanswered"));
    const phone = uniquePhone();
    for (let sent = 0; sent < 5; sent++) {
      expect(await setPhone(person, phone)).toMatchObject({ __typename: "CodeSent" });
      await twilio.next(phone);
      gateway.clock.move({ seconds: 61 });
    }
    const refused = await setPhone(person, phone);
    expect(refused).toMatchObject({ __typename: "TooManyAttempts" });
    if (refused.__typename === "TooManyAttempts") expect(refused.retryAfterSeconds).toBeGreaterThan(3000);
    expect(await countSent([phone])).toBe(1);
    expect(twilio.countTo(phone)).toBe(5);
  });

  it("SMS - verified with the right code each time - does not count against number, account and prefix", async () => {
    const person = await join(await createApplication("Answered"));
    const phone = uniquePhone();
    for (let round = 0; round < 35; round++) await verifyNewPhone(person, phone);
  });

  it("SMS - a fourth number in a day - is limited; the first three can be requested again", async () => {
    const person = await join(await createApplication("Many numbers"));
    const phones = [uniquePhone(), uniquePhone(), uniquePhone()];
    for (const phone of phones) {
      expect(await setPhone(person, phone)).toMatchObject({ __typename: "CodeSent" });
      await twilio.next(phone);
    }
    expect(await setPhone(person, uniquePhone())).toMatchObject({ __typename: "TooManyAttempts" });
    gateway.clock.move({ seconds: 61 });
    await verifyNewPhone(person, phones[0] ?? "");
  });

  it("SMS - other users claim a user's number for hours, from two applications - ten messages are sent, and the owner's own requests still work", async () => {
    const [home, elsewhere] = [await createApplication("Home"), await createApplication("Elsewhere")];
    const owner = await join(home);
    const phone = uniquePhone();
    await verifyNewPhone(owner, phone);
    const before = twilio.countTo(phone);
    for (const requests of [6, 6, 2]) {
      for (let index = 0; index < requests; index++) {
        await setPhone(await join(index % 2 === 0 ? home : elsewhere), phone);
        gateway.clock.move({ seconds: 61 });
      }
      gateway.clock.move({ hours: 1 });
    }
    await countSent([phone]);
    expect(twilio.countTo(phone) - before).toBe(10);
    const again = { ...owner, client: home.client.with({ token: (await requireLogIn(home.client, owner.email)).sessionToken }) };
    await expect.poll(async () => twilio.received.at(-1)?.to).toBe(phone);
    const { length } = twilio.received;
    expect(await setPhone(again, phone)).toMatchObject({ __typename: "CodeSent" });
    await expect.poll(() => twilio.received.length).toBe(length + 1);
    expect(await verifyPhone(again, twilio.received.at(-1)?.body.slice(0, 6) ?? "")).toBe("PhoneVerified");
  });
});

describe("SMS pumping", () => {
  it("TH-15 SMS - numbers of one prefix pumped for hours during normal traffic - thirty an hour and sixty a day are sent; other prefixes and verified numbers are not limited", async () => {
    const application = await createApplication("Normal day");
    const areas = "1512 1514 1515 1516 1517 1520 1521 1522 1523 1525 1570 1573 1575 1577 1578 1590 1600 1700 1710".split(" ");
    // One of the people has a number like those that are pumped, since yesterday.
    const members = [{ person: await join(application), phone: "+4915119999999" }];
    for (const { person, phone } of members) await verifyNewPhone(person, phone);
    const pumped: string[] = [];
    const STEPS = 9;
    for (let step = 0; step < STEPS; step++) {
      for (let shot = 0; shot < (step < 6 ? 11 : 1); shot++) {
        const phone = `+491511${String(1_000_000 + pumped.length)}`;
        pumped.push(phone);
        await setPhone(await join(application), phone);
      }
      if (step === 2) expect(await countSent(pumped)).toBe(30);
      const person = await join(application);
      const phone = `+49${areas[step % areas.length]}${String(5_000_000 + step)}`;
      await verifyNewPhone(person, phone);
      members.push({ person, phone });
      // A user who verified a number hours ago uses it again, as at a log-in.
      const earlier = step === 7 ? members[0] : members[step - 3];
      if (earlier) {
        const { sessionToken } = await requireLogIn(application.client, earlier.person.email);
        await verifyNewPhone({ ...earlier.person, client: application.client.with({ token: sessionToken }) }, earlier.phone);
      }
      gateway.clock.move({ minutes: 20 });
    }
    expect(members).toHaveLength(STEPS + 1);
    expect(await countSent(pumped)).toBe(60);
    expect(await alarmsOf(application.id)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ limit: "smsToPrefixHourly", percent: 100 }),
        expect.objectContaining({ limit: "smsToPrefixDaily", percent: 100 }),
      ]),
    );
  });

  it("TH-15 TN-18 SMS - numbers of many prefixes - half of the daily messages are sent, with alarms; verified numbers and other applications are not limited", async () => {
    const [application, other] = [await createApplication("Pumped", "twilio.messagesPerDay=40"), await createApplication("Neighbour")];
    const owners = await Promise.all(Array.from({ length: 4 }, () => join(application)));
    const owned = owners.map(() => uniquePhone());
    for (const [index, owner] of owners.entries()) await verifyNewPhone(owner, owned[index] ?? "");
    const pumped = Array.from({ length: 40 }, uniquePhone);
    const answers: string[] = [];
    for (const phone of pumped) answers.push((await setPhone(await join(application), phone)).__typename);
    expect(await countSent(pumped)).toBe(16);
    expect(answers.filter((answer) => answer === "TooManyAttempts")).toHaveLength(24);
    for (const [index, owner] of owners.entries()) await verifyNewPhone(owner, owned[index] ?? "");
    await verifyNewPhone(await join(other), uniquePhone());
    expect(await alarmsOf(application.id)).toEqual([
      { limit: "smsClaimsOfApplicationDaily", percent: 50, attempts: 20 },
      { limit: "smsClaimsOfApplicationDaily", percent: 80, attempts: 20 },
      { limit: "smsClaimsOfApplicationDaily", percent: 100, attempts: 20 },
      { limit: "smsOfApplicationDaily", percent: 50, attempts: 40 },
    ]);
    const alarms = gateway.logs.filter((line) => line.includes("rate limit threshold reached") && line.includes(application.id));
    expect(alarms.map((line) => (JSON.parse(line) as { level: number }).level)).toEqual([40, 40, 40, 40]);
    gateway.clock.move({ hours: 24, minutes: 1 });
    await verifyNewPhone(await join(application), uniquePhone());
  });

  it("TH-15 SMS - every application pumped at once - the gateway's daily limit holds; a verified number still gets its code", async () => {
    const small = await TestGateway.start({ shareDatabaseOf: gateway, environment: { TWILIO_BASE_URL: twilio.url, SMS_PER_DAY: "12" } });
    gateway.clock.move({ days: 2 });
    try {
      const applications = [await createApplication("First"), await createApplication("Second"), await createApplication("Third")];
      const at = (person: Person) => ({ ...person, client: person.client.with({ baseUrl: small.url }) });
      const owner = at(await join(applications[0] as TestApplication));
      const phone = uniquePhone();
      await verifyNewPhone(owner, phone);
      const pumped = Array.from({ length: 30 }, uniquePhone);
      for (const [index, number] of pumped.entries()) await setPhone(at(await join(applications[index % 3] as TestApplication)), number);
      expect(await countSent(pumped)).toBe(5);
      await verifyNewPhone(owner, phone);
      expect((await alarmsOf("gateway")).filter(({ limit }) => limit === "smsClaimsDaily").map(({ percent }) => percent)).toEqual([
        50, 80, 100,
      ]);
    } finally {
      await small.stop();
    }
  });
});
