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
import { attempt, hostile, otherThan, outcomeOf } from "../support/hostile.js";
import { freshPhone, PASSWORD, type TestPerson } from "../support/people.js";
import { FakeTwilio } from "../support/twilio.js";

const twilio = await FakeTwilio.start();
const stage = hostile({ environment: { TWILIO_BASE_URL: twilio.url } });
afterAll(() => twilio.stop());

let account: string[] | undefined;
/** Somebody in APP_A, which can send from a German number. */
async function somebody(application = stage.a): Promise<TestPerson> {
  account ??= twilio.openAccount("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  for (const own of [stage.a, stage.b]) await stage.gateway.configure(own.id, ...account);
  stage.secret("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3");
  return await stage.person(application);
}
const setPhone = async ({ client }: { client: Client }, phone: unknown) =>
  outcomeOf(await client.run(SetPhoneDocument, { input: { phone: phone as string } }));
const verifyPhone = async ({ client }: { client: Client }, code: unknown) =>
  outcomeOf(await client.run(VerifyPhoneDocument, { input: { code: code as string } }));
/** Claims a number nobody else has; returns it with its code, both of which no log may hold. */
async function claim(person: TestPerson, phone = stage.secret(freshPhone())): Promise<{ phone: string; code: string }> {
  expect(await setPhone(person, phone)).toBe("CodeSent");
  return { phone, code: stage.secret(await twilio.nextCode(phone)) };
}
async function verified(person: TestPerson): Promise<string> {
  const { phone, code } = await claim(person);
  expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  return phone;
}

describe("numbers", () => {
  it.each([
    "no number",
    "+49",
    "+491",
    "+49151234567890123456",
    "0151 2345678",
    "0049 151 23456789",
    "151 23456789",
    "+49 900 1 123456",
    "+49 800 1234567",
    "+44 70 1234 5678",
    "+1 (555) 010-0 please",
    "+15550100;ext=1",
    "+49 151 23456789 ext 5",
    "+49 151 CALLME7",
    "+49 151 2345\u0000678",
    "+49 151 23456789\r\nBcc: x",
    "+49 151 23456789,+49 151 23456788",
    "\uff0b49\uff11\uff15\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19",
    "+\u0664\u0669\u0661\u0665\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669",
    "whatsapp:+4915123456789",
    "",
    "+",
    "9".repeat(5000),
  ])("MF-26 set phone - %j - is refused, nothing is sent or stored", async (typed) => {
    const person = await somebody();
    const before = twilio.offered;
    await stage.unchanged(async () => expect(["HANDLE_INVALID", "BAD_USER_INPUT"]).toContain(await setPhone(person, typed)));
    expect(twilio.offered).toBe(before);
  });

  it.each([
    4915123456789,
    ["+4915123456789"],
    { phone: "+4915123456789" },
    null,
    true,
  ])("MF-26 set phone - %j in the place of text - is refused without repeating it", async (typed) => {
    const person = await somebody();
    const answer = await person.client.run(SetPhoneDocument, { input: { phone: typed as never } });
    expect(outcomeOf(answer)).toBe("BAD_USER_INPUT");
    expect(answer.text).not.toContain("4915123456789");
  });

  it("MF-26 set phone - one number written five ways - is one claim and one message", async () => {
    const person = await somebody();
    const { phone } = await claim(person);
    const [area, rest] = [phone.slice(3, 6), phone.slice(6)];
    for (const typed of [`+49 ${area} ${rest}`, `+49 (0)${area}/${rest}`, `+49-${area}-${rest}`, `+49.${area}.${rest}`, ` ${phone} `])
      expect(await setPhone(person, typed)).toBe("CodeSent");
    expect(twilio.countTo(phone)).toBe(1);
  });

  it.each([
    ["+18765551234", "Jamaica"],
    ["+447700900123", "United Kingdom"],
    ["+4366412345678", "Austria"],
    ["+15551234567", "United States"],
  ])("TH-16 set phone - %s, a country that is not on the list - is refused by its name, nothing is sent", async (phone, country) => {
    const person = await somebody();
    const before = twilio.offered;
    const answer = await person.client.run(SetPhoneDocument, { input: { phone } });
    expect(answer.data?.setPhone).toMatchObject({ code: "HANDLE_INVALID", path: ["phone"] });
    expect(answer.text).toContain(country);
    expect(twilio.offered).toBe(before);
  });

  it("TH-16 set phone - request in German, country added to the list - is told in German, then sent", async () => {
    const person = await somebody();
    const german = { client: person.client.with({ headers: { "accept-language": "de" } }) };
    const answer = await german.client.run(SetPhoneDocument, { input: { phone: "+4366412345678" } });
    expect(answer.text).toContain("Diese Anwendung sendet keine SMS nach Österreich.");
    await stage.gateway.configure(stage.a.id, 'twilio.countries=["DE","AT"]');
    await claim(person, stage.secret("+4366412345678"));
    await stage.gateway.configure(stage.a.id, "twilio.countries=[]");
  });
});

describe("codes", () => {
  it("CL-02 verify phone - five wrong codes, then the right one - all are refused; a fresh code works", async () => {
    const person = await somebody();
    const { phone, code } = await claim(person);
    for (const tried of [...Array(5).fill(otherThan(code)), code]) expect(await verifyPhone(person, tried)).toBe("INVALID_CODE");
    stage.gateway.clock.move({ seconds: 61 });
    const fresh = await claim(person, phone);
    expect(await verifyPhone(person, fresh.code)).toBe("PhoneVerified");
  });

  it("CL-03 CL-08 verify phone - used code, or somebody else's - is refused; each still works for whom it was made", async () => {
    const [one, other] = [await somebody(), await somebody()];
    const [first, second] = [await claim(one), await claim(other)];
    if (first.code !== second.code) expect(await verifyPhone(other, first.code)).toBe("INVALID_CODE");
    expect(await verifyPhone(one, first.code)).toBe("PhoneVerified");
    expect(await verifyPhone(one, first.code)).toBe("INVALID_CODE");
    expect(await verifyPhone(other, second.code)).toBe("PhoneVerified");
  });

  it("CL-04 CL-05 verify phone - a second past its life, or replaced by a newer - is refused; two seconds before its end it works", async () => {
    for (const [seconds, expected] of [
      [1, "INVALID_CODE"],
      [-2, "PhoneVerified"],
    ] as const) {
      const person = await somebody();
      const outcome = await stage.gateway.clock.standStill(async () => {
        const { code } = await claim(person);
        stage.gateway.clock.move({ minutes: 5, seconds });
        return await verifyPhone(person, code);
      });
      expect(outcome).toBe(expected);
    }
    const person = await somebody();
    const { phone, code } = await claim(person);
    stage.gateway.clock.move({ seconds: 61 });
    const newest = await claim(person, phone);
    if (newest.code !== code) expect(await verifyPhone(person, code)).toBe("INVALID_CODE");
    expect(await verifyPhone(person, newest.code)).toBe("PhoneVerified");
  });

  it("CL-07 phone code - at sign-up, reset, handle change and invitation - is refused, and so are theirs here; it works at its own", async () => {
    const person = await somebody();
    const { code } = await claim(person);
    const { client } = stage.a;
    const elsewhere = [
      attempt.complete(client, person.email, code),
      attempt.reset(client, person.email, code, stage.secret("quite another password")),
      person.client.run(ConfirmHandleDocument, { input: { code } }),
      client.run(AcceptInvitationDocument, { input: { handle: { email: person.email }, code, password: PASSWORD } }),
    ];
    for (const answer of await Promise.all(elsewhere)) expect(outcomeOf(answer)).toBe("INVALID_CODE");
    await attempt.forgot(client, person.email);
    const mailed = await stage.gateway.mails.nextCode(person.email);
    if (mailed !== code) expect(await verifyPhone(person, mailed)).toBe("INVALID_CODE");
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it("CL-10 MF-25 verify phone - the right digits in every wrong shape - never succeed and do not void the code", async () => {
    const person = await somebody();
    const { code } = await claim(person);
    const wide = [...code].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("");
    const arabic = [...code].map((digit) => String.fromCodePoint(0x0660 + Number(digit))).join("");
    const shapes = [
      ...[Number(code), [code], [[code]], { value: code }, true, null, "", "0", 0, []],
      ...[` ${code}`, `${code} `, `${code}\n`, `+${code}`, wide, arabic, `${code}.0`, `0x${Number(code).toString(16)}`, `0${code}`],
    ];
    for (const shape of shapes) expect(["INVALID_CODE", "BAD_USER_INPUT"]).toContain(await verifyPhone(person, shape));
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it("CL-33 set phone - number that is free, taken, one's own - answers with the same shape and lives, and holds neither code nor number", async () => {
    const [owner, person] = [await somebody(), await somebody()];
    const taken = await verified(owner);
    stage.gateway.clock.move({ seconds: 61 });
    const shapes: unknown[] = [];
    for (const phone of [stage.secret(freshPhone()), taken]) {
      const answer = await person.client.run(SetPhoneDocument, { input: { phone } });
      expect(answer.text).not.toContain(phone.slice(3));
      const code = await twilio.nextCode(phone);
      expect(answer.text).not.toContain(code);
      shapes.push([answer.status, answer.text.length, Object.keys(answer.data?.setPhone ?? {})]);
      stage.gateway.clock.move({ seconds: 61 });
    }
    expect(shapes[1]).toEqual(shapes[0]);
  });

  it("CL-34 CL-35 code of a phone - what the database keeps of it - is no plain hash, and the stored value opens nothing", async () => {
    const person = await somebody();
    const { phone, code } = await claim(person);
    const [row] = await stage.gateway.query<{ code_hash: string }>(
      "SELECT code_hash FROM challenges WHERE purpose = 'PHONE' AND detail = ?",
      [phone],
    );
    const stored = row?.code_hash ?? "";
    const salts = ["", person.tokens.user.id, person.email, stage.a.id, phone, "PHONE"];
    for (const algorithm of ["md5", "sha1", "sha256", "sha512"])
      for (const salt of salts)
        for (const text of [code + salt, salt + code, `${salt}:${code}`])
          for (const encoding of ["hex", "base64", "base64url"] as const)
            expect(createHash(algorithm).update(text).digest(encoding)).not.toBe(stored);
    expect(await verifyPhone(person, stored)).toBe("INVALID_CODE");
    expect(await stage.gateway.dump("challenges", "users")).not.toContain(phone);
    expect(await stage.gateway.dump()).not.toMatch(new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`));
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });
});

describe("whose number", () => {
  it("TN-03 phone operations - no session, another application's, an ended one - are refused and change nothing", async () => {
    const person = await somebody();
    const { code } = await claim(person);
    const { token } = person.client.options;
    const strangers = [stage.a.client, stage.b.client.with({ token }), stage.a.client.with({ token: person.tokens.refreshToken })];
    const jwt = stage.a.client.with({ token: person.tokens.jwt });
    await stage.unchanged(async () => {
      for (const client of [...strangers, jwt]) {
        expect(await setPhone({ client }, freshPhone())).toBe("UNAUTHENTICATED");
        expect(await verifyPhone({ client }, code)).toBe("UNAUTHENTICATED");
        expect(outcomeOf(await client.run(RemovePhoneDocument, {}))).toBe("UNAUTHENTICATED");
      }
    });
    expect(await verifyPhone(person, code)).toBe("PhoneVerified");
  });

  it("TN-04 number - the same in two applications - is each its own; removing it here leaves it there", async () => {
    const [here, there] = [await somebody(), await somebody(stage.b)];
    const phone = await verified(here);
    stage.gateway.clock.move({ seconds: 61 });
    const { code } = await claim(there, phone);
    expect(await verifyPhone(there, code)).toBe("PhoneVerified");
    expect(outcomeOf(await here.client.run(RemovePhoneDocument, {}))).toBe("ProfileUpdated");
    const phones = await Promise.all([here, there].map(({ client }) => client.expect(MeDocument, {})));
    expect(phones.map(({ me }) => me?.phone?.isVerified)).toEqual([undefined, true]);
  });

  it("CL-40 set phone - with more arguments that would verify at once - is refused before it runs", async () => {
    const { client } = await somebody();
    for (const more of ["verified: true", "code: null", 'userId: "x"', "isVerified: true"]) {
      const query = `mutation { setPhone(input: { phone: "+4915123456789", ${more} }) { __typename } }`;
      expect(outcomeOf(stage.note(await client.post({ query })))).toBe("DOCUMENT_REFUSED");
    }
  });
});
