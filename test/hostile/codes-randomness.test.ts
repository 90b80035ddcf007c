import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { InviteDocument, MeDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import type { ReceivedMail } from "../support/mail-server.js";
import { beginSignUp, PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();
const MAIL_COUNT = 1000;
const BATCH_SIZE = 20;

/** Sum of (seen - expected)^2 / expected over the symbols. */
function chiSquare(symbols: readonly string[], alphabet: string): number {
  const expected = symbols.length / alphabet.length;
  return [...alphabet].reduce((sum, symbol) => sum + (symbols.filter((one) => one === symbol).length - expected) ** 2 / expected, 0);
}

describe("randomness of codes and link tokens", () => {
  const mails: ReceivedMail[] = [];
  beforeAll(async () => {
    for (let done = 0; done < MAIL_COUNT; done += BATCH_SIZE) {
      const emails = Array.from({ length: BATCH_SIZE }, () => uniqueEmail());
      await Promise.all(emails.map((email) => beginSignUp(fixture.a.client, email)));
      mails.push(...(await Promise.all(emails.map((email) => fixture.gateway.mails.next(email)))));
    }
  });

  it("CL-12 codes - one thousand - are six digits, uniform at every position and independent", () => {
    const codes = mails.map(({ text }) => /^(\d+)$/m.exec(text)?.[1] ?? "");
    expect(codes.filter((code) => !/^\d{6}$/.test(code))).toEqual([]);
    expect(new Set(codes).size).toBeGreaterThan(MAIL_COUNT - 20);
    // 9 degrees of freedom: more than 60 has a chance of 1e-9.
    for (let place = 0; place < 6; place++)
      expect(
        chiSquare(
          codes.map((code) => code.charAt(place)),
          "0123456789",
        ),
      ).toBeLessThan(60);
    // Neighbours share their first digit one time in ten; 160 of 999 would be more than six deviations off.
    const pairs = codes.filter((code, index) => index > 0 && code.charAt(0) === codes[index - 1]?.charAt(0)).length;
    expect(pairs).toBeGreaterThan(45);
    expect(pairs).toBeLessThan(160);
    const zeros = codes.filter((code) => code.startsWith("0")).length;
    expect(zeros).toBeGreaterThan(45);
  });

  it("CL-13 link tokens - one thousand - hold 256 random bits and nothing about the recipient or time", () => {
    const tokens = mails.map(({ text }) => /\/links\/(\S+)$/m.exec(text)?.[1] ?? "");
    expect(tokens.filter((token) => !/^[A-Za-z0-9_-]{43}$/.test(token))).toEqual([]);
    expect(new Set(tokens).size).toBe(MAIL_COUNT);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    // 63 degrees of freedom: more than 150 has a chance of 1e-8. The last character holds four bits only.
    for (let place = 0; place < 42; place++)
      expect(
        chiSquare(
          tokens.map((token) => token.charAt(place)),
          alphabet,
        ),
      ).toBeLessThan(150);
    for (const [index, { to }] of mails.entries())
      expect(Buffer.from(tokens[index] ?? "", "base64url").toString("latin1")).not.toContain(to.split("@")[0]);
  });
});

describe("stored codes", () => {
  /** A code that lives, with everything about its account that a clumsy hash could have been salted with. */
  const issueResetCode = async () => {
    const person = await fixture.signUpPerson();
    fixture.gateway.clock.move({ seconds: 61 });
    await attempt.forgot(fixture.a.client, person.email);
    const { text } = await fixture.gateway.mails.next(person.email);
    const code = /^(\d{6})$/m.exec(text)?.[1] ?? "none";
    const link = /\/links\/(\S+)$/m.exec(text)?.[1] ?? "none";
    const rows = await fixture.gateway.query<Record<string, unknown>>("SELECT * FROM challenges WHERE detail = ?", [person.email]);
    const row = rows.find(({ purpose }) => purpose === "PASSWORD_RESET") ?? {};
    return { person, code, link, row };
  };

  it("CL-34 what is stored of a code - plain hashes of the code, alone or with related values - match nothing", async () => {
    const { person, code, row } = await issueResetCode();
    const beside = ["", fixture.a.id, person.email, person.tokens.user.id, ...Object.values(row).map(String)];
    const inputs = beside.flatMap((salt) => ["", ":", "|", ".", "-"].flatMap((glue) => [code + glue + salt, salt + glue + code]));
    inputs.push(String(Number(code)), `${fixture.a.id}PASSWORD_RESET${person.email}${code}`);
    const dump = (await fixture.gateway.dump()).toLowerCase();
    const hashes = ["md5", "sha1", "sha256", "sha384", "sha512", "ripemd160"];
    const encodings = ["hex", "base64", "base64url"] as const;
    for (const input of inputs)
      for (const name of hashes)
        for (const encoding of encodings) {
          const digest = createHash(name).update(input).digest(encoding).replace(/=+$/, "");
          expect([input, name, encoding, dump.includes(digest.toLowerCase())]).toEqual([input, name, encoding, false]);
        }
    // The harness finds what is there: link tokens are stored as their plain SHA-256.
    const { link } = await issueResetCode();
    expect(await fixture.gateway.dump()).toContain(createHash("sha256").update(link).digest("base64url"));
  });

  it("CL-35 stored hashes - presented as code, ticket, link or token - are rejected everywhere", async () => {
    const { person, code, row } = await issueResetCode();
    const [session] = await fixture.gateway.query<Record<string, string>>("SELECT * FROM sessions WHERE user_id = ?", [
      person.tokens.user.id,
    ]);
    const tickets = await fixture.gateway.query<{ ticket_hash: string }>("SELECT ticket_hash FROM challenge_tickets");
    const [key] = await fixture.gateway.query<{ secret_key_hash: string }>("SELECT secret_key_hash FROM applications WHERE id = ?", [
      fixture.a.id,
    ]);
    const stored = [
      row["code_hash"],
      row["link_hash"],
      session?.["refresh_token_hash"],
      session?.["session_token_hash"],
      key?.secret_key_hash,
    ];
    const hashes = [...stored, ...tickets.slice(-3).map((ticket) => ticket.ticket_hash)].map(String);
    expect(hashes.filter((hash) => hash.length !== 43)).toEqual([]);
    await fixture.expectUnchanged(async () => {
      for (const hash of hashes) {
        for (const prefix of ["", "lk_ref_", "lk_ses_", "sha256:"]) {
          expect(outcomeOf(await attempt.refresh(fixture.a.client, prefix + hash))).toBe("SESSION_ENDED");
          const bearer = fixture.a.client.with({ token: prefix.replace(":", "") + hash });
          expect(outcomeOf(await bearer.run(MeDocument, {}))).toBe("UNAUTHENTICATED");
        }
        const backEnd = await fixture.gateway.management(`lk_sec_${hash}`).post({ query: "{ viewer { __typename } }" });
        expect(outcomeOf(backEnd)).toBe("UNAUTHENTICATED");
        const next = "quite another password";
        expect(outcomeOf(await attempt.reset(fixture.a.client, person.email, hash, next))).toBe("INVALID_CODE");
        const page = await fixture.fetch(`/apps/${fixture.a.id}/links/${hash}`, {
          method: "POST",
          body: new URLSearchParams({ password: next }),
        });
        expect(page.status).toBe(404);
      }
    });
    const [ticketHash = ""] = tickets.slice(-1).map((ticket) => ticket.ticket_hash);
    expect(outcomeOf(await attempt.reset(fixture.a.client, person.email, "000000", "quite another password", ticketHash))).toBe(
      "INVALID_CODE",
    );
    expect(outcomeOf(await attempt.reset(fixture.a.client, person.email, code, fixture.registerSecret("quite another password")))).toBe(
      "PasswordReset",
    );
  });

  it("CL-33 answers and headers - of every operation that mails a code - contain no code, link or hash, and reveal nothing by their timestamps", async () => {
    const { clock, mails } = fixture.gateway;
    const [person, inviting] = [await fixture.signUpPerson(), await fixture.signUpPerson()];
    clock.move({ hours: 2 });
    const shown = await clock.whileFrozen(async () => {
      const signUps = [uniqueEmail(), person.email].map((email) => () => attempt.signUp(fixture.a.client, email));
      const forgots = [person.email, uniqueEmail()].map((email) => () => attempt.forgot(fixture.a.client, email));
      const resends = [person.email, uniqueEmail(), fixture.pending].map((email) => () => attempt.resend(fixture.b.client, email));
      const odd = ["not an address", "a@b"].flatMap((email) => [
        () => attempt.signUp(fixture.a.client, email),
        () => attempt.resend(fixture.a.client, email),
        () => attempt.forgot(fixture.a.client, email),
      ]);
      const groups = [signUps, forgots, resends, odd];
      return await Promise.all(groups.map((group) => Promise.all(group.map((ask) => ask()))));
    });
    await clock.whileFrozen(async () => inviting.client.run(InviteDocument, { input: { handle: { email: uniqueEmail("guest-") } } }));
    for (const group of shown.slice(0, 3)) {
      const masked = group.map(({ text }) => text.replace(/"ticket":"[\w-]{43}"/, '"ticket":"-"'));
      expect(new Set(masked).size).toBe(1);
    }
    await mails.next(person.email);
    const sent = mails.received.slice(-8);
    const secrets = sent
      .flatMap(({ text }) => [/^(\d{6,8})$/m.exec(text)?.[1], /\/links\/(\S+)$/m.exec(text)?.[1]])
      .filter((one) => one !== undefined);
    const stored = (await fixture.gateway.query<{ code_hash: string }>("SELECT code_hash FROM challenges")).map((row) => row.code_hash);
    for (const { text, headers } of shown.flat()) {
      const whole = text + JSON.stringify([...headers]);
      expect([...secrets, ...stored].filter((secret) => new RegExp(`(?<![\\w-])${secret}(?![\\w-])`).test(whole))).toEqual([]);
    }
  });
});

describe("codes in the outbox", () => {
  it("CL-33 mails in the outbox - after delivery - are erased; pending mails are encrypted", async () => {
    const { email } = await signUpPerson(fixture.gateway, fixture.a, uniqueEmail(), { password: PASSWORD });
    const dump = await fixture.gateway.dump();
    const [mail] = fixture.gateway.mails.received.filter(({ to }) => to === email);
    const code = /^(\d{6})$/m.exec(mail?.text ?? "")?.[1] ?? "none";
    expect(new RegExp(`(?<![\\w.-])${code}(?![\\w-])`).test(dump)).toBe(false);
    expect(dump).not.toContain(mail?.subject);
  });
});
