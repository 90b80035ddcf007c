import { createHash } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import {
  AcceptInvitationDocument,
  ConfirmHandleDocument,
  MeDocument,
  RemovePhoneDocument,
  SetPhoneDocument,
  VerifyPhoneDocument,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf, wrongCodeFor } from "../support/hostile-fixture.js";
import { PASSWORD, type TestPerson, uniquePhone } from "../support/people.js";
import { FakeTwilio } from "../support/twilio.js";

const twilio = await FakeTwilio.start();
const fixture = hostileFixture({ environment: { TWILIO_BASE_URL: twilio.url } });
afterAll(() => twilio.stop());

let account: string[] | undefined;
/** A user of an application that can send from a German number. */
async function createPerson(application = fixture.a): Promise<TestPerson> {
  account ??= twilio.createAccount("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  for (const own of [fixture.a, fixture.b]) await fixture.gateway.configure(own.id, ...account);
  fixture.registerSecret("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  return await fixture.signUpPerson(application);
}
const setPhone = async ({ client }: { client: Client }, phone: unknown) =>
  outcomeOf(await client.run(SetPhoneDocument, { input: { phone: phone as string } }));
const verifyPhone = async ({ client }: { client: Client }, code: unknown) =>
  outcomeOf(await client.run(VerifyPhoneDocument, { input: { code: code as string } }));
/** Requests a code for an unused number. No log may contain the number or the code. */
async function requestPhoneCode(
  person: TestPerson,
  phone = fixture.registerSecret(uniquePhone()),
): Promise<{ phone: string; code: string }> {
  expect(await setPhone(person, phone)).toBe("CodeSent");
  return { phone, code: fixture.registerSecret(await twilio.nextCode(phone)) };
}
async function verifyNewPhone(person: TestPerson): Promise<string> {
  const { phone, code } = await requestPhoneCode(person);
  expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  return phone;
}

describe("phone numbers", () => {
  it.each([
    "no number",
    "0151 2345678",
    "+49 900 1 123456",
    "+49 151 23456789 ext 5",
    "+49 151 2345\u0000678",
    "+49 151 23456789\r\nBcc: x",
    "",
    "9".repeat(5000),
  ])("MF-26 set phone - %j - is rejected, nothing is sent or stored", async (typed) => {
    const person = await createPerson();
    const before = twilio.deliveryAttempts;
    await fixture.expectUnchanged(async () => expect(["HANDLE_INVALID", "BAD_USER_INPUT"]).toContain(await setPhone(person, typed)));
    expect(twilio.deliveryAttempts).toBe(before);
  });

  it.each([
    4915123456789,
    ["+4915123456789"],
    { phone: "+4915123456789" },
    null,
    true,
  ])("MF-26 set phone - %j instead of text - is rejected without repeating it", async (typed) => {
    const person = await createPerson();
    const answer = await person.client.run(SetPhoneDocument, { input: { phone: typed as never } });
    expect(outcomeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.text).not.toContain("4915123456789");
  });

  it("MF-26 set phone - one number in five formats - one pending number and one message", async () => {
    const person = await createPerson();
    const { phone } = await requestPhoneCode(person);
    const [area, rest] = [phone.slice(3, 6), phone.slice(6)];
    for (const typed of [`+49 ${area} ${rest}`, `+49 (0)${area}/${rest}`, `+49-${area}-${rest}`, `+49.${area}.${rest}`, ` ${phone} `])
      expect(await setPhone(person, typed)).toBe("CodeSent");
    expect(twilio.countTo(phone)).toBe(1);
  });

  it("set phone - number as contact apps copy it - is the same number without its invisible characters", async () => {
    const person = await createPerson();
    const { phone } = await requestPhoneCode(person);
    const [area, rest] = [phone.slice(3, 6), phone.slice(6)];
    for (const typed of [
      `\u202a+49 ${area} ${rest}\u202c`,
      `\u2066+49\u00a0${area}\u00a0${rest}\u2069`,
      `\u200e+49\u202f${area}\u2009${rest}\u200f`,
      `\ufeff+49\u2011${area}\u2013${rest}`,
      `+49\u200b${area}\u2060${rest}\n`,
      `+49 ${area}\u00ad${rest}`,
    ])
      expect([typed, await setPhone(person, typed)]).toEqual([typed, "CodeSent"]);
    expect(twilio.countTo(phone)).toBe(1);
  });

  it.each([
    ["+18765551234", "Jamaica"],
    ["+447700900123", "United Kingdom"],
    ["+4366412345678", "Austria"],
    ["+15551234567", "United States"],
  ])("TH-16 set phone - %s, a country that is not on the list - is rejected with its name, nothing is sent", async (phone, country) => {
    const person = await createPerson();
    const before = twilio.deliveryAttempts;
    const answer = await person.client.run(SetPhoneDocument, { input: { phone } });
    expect(answer.data?.setPhone).toMatchObject({ code: "HANDLE_INVALID", path: ["phone"] });
    expect(answer.text).toContain(country);
    expect(twilio.deliveryAttempts).toBe(before);
  });

  it("TH-16 set phone - request in German, country added to the list - is rejected in German, then sent", async () => {
    const person = await createPerson();
    const german = { client: person.client.with({ headers: { "accept-language": "de" } }) };
    const answer = await german.client.run(SetPhoneDocument, { input: { phone: "+4366412345678" } });
    expect(answer.text).toContain("Diese Anwendung sendet keine SMS nach Österreich.");
    await fixture.gateway.configure(fixture.a.id, 'twilio.countries=["DE","AT"]');
    await requestPhoneCode(person, fixture.registerSecret("+4366412345678"));
    await fixture.gateway.configure(fixture.a.id, "twilio.countries=[]");
  });
});

describe("codes", () => {
  it("CL-02 verify phone - five wrong codes, then the right one - all are rejected; a new code works", async () => {
    const person = await createPerson();
    const { phone, code } = await requestPhoneCode(person);
    for (const tried of [...Array(5).fill(wrongCodeFor(code)), code]) expect(await verifyPhone(person, tried)).toBe("INVALID_CODE");
    fixture.gateway.clock.move({ seconds: 61 });
    const fresh = await requestPhoneCode(person, phone);
    expect(await verifyPhone(person, fresh.code)).toBe("PhoneVerified");
  });

  it("CL-03 CL-08 verify phone - consumed code, or another user's - is rejected; each code still works for its user", async () => {
    const [one, other] = [await createPerson(), await createPerson()];
    const [first, second] = [await requestPhoneCode(one), await requestPhoneCode(other)];
    if (first.code !== second.code) expect(await verifyPhone(other, first.code)).toBe("INVALID_CODE");
    expect(await verifyPhone(one, first.code)).toBe("PhoneVerified");
    expect(await verifyPhone(one, first.code)).toBe("INVALID_CODE");
    expect(await verifyPhone(other, second.code)).toBe("PhoneVerified");
  });

  it("CL-04 CL-05 verify phone - one second after expiry, or replaced by a newer code - is rejected; two seconds before expiry it works", async () => {
    for (const [seconds, expected] of [
      [1, "INVALID_CODE"],
      [-2, "PhoneVerified"],
    ] as const) {
      const person = await createPerson();
      const outcome = await fixture.gateway.clock.whileFrozen(async () => {
        const { code } = await requestPhoneCode(person);
        fixture.gateway.clock.move({ minutes: 5, seconds });
        return await verifyPhone(person, code);
      });
      expect(outcome).toBe(expected);
    }
    const person = await createPerson();
    const { phone, code } = await requestPhoneCode(person);
    fixture.gateway.clock.move({ seconds: 61 });
    const newest = await requestPhoneCode(person, phone);
    if (newest.code !== code) expect(await verifyPhone(person, code)).toBe("INVALID_CODE");
    expect(await verifyPhone(person, newest.code)).toBe("PhoneVerified");
  });

  it("CL-07 phone code - at sign-up, reset, handle change and invitation - is rejected, and so are their codes here; it works at its own operation", async () => {
    const person = await createPerson();
    const { code } = await requestPhoneCode(person);
    const { client } = fixture.a;
    const elsewhere = [
      attempt.complete(client, person.email, code),
      attempt.reset(client, person.email, code, fixture.registerSecret("quite another password")),
      person.client.run(ConfirmHandleDocument, { input: { code } }),
      client.run(AcceptInvitationDocument, { input: { handle: { email: person.email }, code, password: PASSWORD } }),
    ];
    for (const answer of await Promise.all(elsewhere)) expect(outcomeOf(answer)).toBe("INVALID_CODE");
    await attempt.forgot(client, person.email);
    const mailed = await fixture.gateway.mails.nextCode(person.email);
    if (mailed !== code) expect(await verifyPhone(person, mailed)).toBe("INVALID_CODE");
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it.each(["123 456", "123\u00a0456\n", "\u2066123456\u2069"])("B-11 verify phone - code as %j - is accepted", async (form) => {
    const person = await createPerson();
    const { code } = await requestPhoneCode(person);
    const digits = [...code];
    expect(
      await verifyPhone(
        person,
        form.replace(/\d/g, () => digits.shift() ?? ""),
      ),
    ).toBe("PhoneVerified");
  });

  it("CL-10 MF-25 B-11 verify phone - digits that cannot be the code - never succeed and cost no attempt", async () => {
    const person = await createPerson();
    const { code } = await requestPhoneCode(person);
    const arabic = [...code].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join("");
    const shapes = [
      ...[Number(code), [code], [[code]], { value: code }, true, null, "", "0", 0, []],
      ...[`+${code}`, `${code}\u0301`, arabic, `${code}.0`, `0x${Number(code).toString(16)}`, `0${code}`],
    ];
    for (const shape of shapes) expect(["INVALID_CODE", "BAD_USER_INPUT"]).toContain(await verifyPhone(person, shape));
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it("CL-33 set phone - number unused, taken, own - equal answers and lifetimes without code or number", async () => {
    const [owner, person] = [await createPerson(), await createPerson()];
    const taken = await verifyNewPhone(owner);
    fixture.gateway.clock.move({ seconds: 61 });
    const shapes: unknown[] = [];
    for (const phone of [fixture.registerSecret(uniquePhone()), taken]) {
      const answer = await person.client.run(SetPhoneDocument, { input: { phone } });
      expect(answer.text).not.toContain(phone.slice(3));
      const code = await twilio.nextCode(phone);
      expect(answer.text).not.toContain(code);
      shapes.push([answer.status, answer.text.length, Object.keys(answer.data?.setPhone ?? {})]);
      fixture.gateway.clock.move({ seconds: 61 });
    }
    expect(shapes[1]).toEqual(shapes[0]);
  });

  it("CL-34 CL-35 phone code - as stored in the database - is not a plain hash, and the stored value is rejected as a code", async () => {
    const person = await createPerson();
    const { phone, code } = await requestPhoneCode(person);
    const [row] = await fixture.gateway.query<{ code_hash: string }>(
      "SELECT code_hash FROM challenges WHERE purpose = 'PHONE' AND detail = ?",
      [phone],
    );
    const stored = row?.code_hash ?? "";
    const salts = ["", person.tokens.user.id, person.email, fixture.a.id, phone, "PHONE"];
    for (const algorithm of ["md5", "sha1", "sha256", "sha512"])
      for (const salt of salts)
        for (const text of [code + salt, salt + code, `${salt}:${code}`])
          for (const encoding of ["hex", "base64", "base64url"] as const)
            expect(createHash(algorithm).update(text).digest(encoding)).not.toBe(stored);
    expect(await verifyPhone(person, stored)).toBe("INVALID_CODE");
    expect(await fixture.gateway.dump("challenges", "users")).not.toContain(phone);
    expect(await fixture.gateway.dump()).not.toMatch(new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`));
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });
});

describe("ownership of numbers", () => {
  it("TN-03 phone operations - no session, another application's, an ended one - are rejected and change nothing", async () => {
    const person = await createPerson();
    const { code } = await requestPhoneCode(person);
    const { token } = person.client.options;
    const otherClients = [fixture.a.client, fixture.b.client.with({ token }), fixture.a.client.with({ token: person.tokens.refreshToken })];
    const jwt = fixture.a.client.with({ token: person.tokens.jwt });
    await fixture.expectUnchanged(async () => {
      for (const client of [...otherClients, jwt]) {
        expect(await setPhone({ client }, uniquePhone())).toBe("UNAUTHENTICATED");
        expect(await verifyPhone({ client }, code)).toBe("UNAUTHENTICATED");
        expect(outcomeOf(await client.run(RemovePhoneDocument, {}))).toBe("UNAUTHENTICATED");
      }
    });
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it("TN-04 number - the same in two applications - is independent; removing it in one keeps it in the other", async () => {
    const [here, there] = [await createPerson(), await createPerson(fixture.b)];
    const phone = await verifyNewPhone(here);
    fixture.gateway.clock.move({ seconds: 61 });
    const { code } = await requestPhoneCode(there, phone);
    expect(await verifyPhone(there, code)).toBe("PhoneVerified");
    expect(outcomeOf(await here.client.run(RemovePhoneDocument, {}))).toBe("ProfileUpdated");
    const phones = await Promise.all([here, there].map(({ client }) => client.expect(MeDocument, {})));
    expect(phones.map(({ me }) => me?.phone?.isVerified)).toEqual([undefined, true]);
  });

  it("CL-40 set phone - undeclared arguments that would verify it - is rejected before execution", async () => {
    const { client } = await createPerson();
    for (const more of ["verified: true", "code: null", 'userId: "x"', "isVerified: true"]) {
      const query = `mutation { setPhone(input: { phone: "+4915123456789", ${more} }) { __typename } }`;
      expect(outcomeOf(fixture.recordAnswer(await client.post({ query })))).toBe("DOCUMENT_REFUSED");
    }
  });
});
