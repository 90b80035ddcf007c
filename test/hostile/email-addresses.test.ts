import { describe, expect, it } from "vitest";
import { ChangeHandleDocument, InviteDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();
const signUp = async (email: string) => outcomeOf(await attempt.signUp(fixture.a.client, email));
/** What every operation that takes an address says to one that is none. */
const rejectingOperations = {
  signUp: ["HANDLE_INVALID", (email: string) => attempt.signUp(fixture.a.client, email)],
  resend: ["HANDLE_INVALID", (email: string) => attempt.resend(fixture.a.client, email)],
  complete: ["INVALID_CODE", (email: string) => attempt.complete(fixture.a.client, email, "000000")],
  logIn: ["INVALID_CREDENTIALS", (email: string) => attempt.logIn(fixture.a.client, email, PASSWORD)],
  forgot: ["PasswordResetRequested", (email: string) => attempt.forgot(fixture.a.client, email)],
  reset: ["INVALID_CODE", (email: string) => attempt.reset(fixture.a.client, email, "000000", "quite another password")],
  invite: ["HANDLE_INVALID", (email: string) => fixture.u1.client.run(InviteDocument, { input: { handle: { email } } })],
  change: ["HANDLE_INVALID", (email: string) => fixture.u1.client.run(ChangeHandleDocument, { input: { handle: { email } } })],
} as const;

/** Sends each address to every operation; the rate limits are reset, so that tests do not affect each other. */
async function expectRefusedEverywhere(emails: readonly string[]): Promise<void> {
  await requireRecentAuthentication();
  await fixture.expectUnchanged(async () => {
    for (const email of emails)
      for (const [name, [expected, ask]] of Object.entries(rejectingOperations)) {
        const answer = await ask(email);
        expect([email.slice(0, 80), name, outcomeOf(answer)]).toEqual([email.slice(0, 80), name, expected]);
        if (name !== "forgot" && email.length > 20) expect(answer.text).not.toContain(JSON.stringify(email).slice(1, -1));
      }
  });
}

/** U1's session must have proved itself lately to change its address. */
async function requireRecentAuthentication(): Promise<void> {
  const tokens = await requireLogIn(fixture.a.client, fixture.u1.email);
  Object.assign(fixture.u1, { client: fixture.a.client.with({ token: tokens.sessionToken }) });
}

describe("addresses", () => {
  it("CL-27 sign up - accents and sharp s - local parts are ASCII, domains are IDNA 2008 and never confused", async () => {
    await expectRefusedEverywhere([
      "jos\u00e9@mail.example",
      "jose\u0301@mail.example",
      "stra\u00dfe@mail.example",
      "bo\u0431@mail.example",
    ]);
    const local = `ann${process.pid}`;
    const [sharp, plain] = [`${local}@stra\u00dfe.example`, `${local}@strasse.example`];
    const wired = `${local}@xn--strae-oqa.example`;
    // The mail server under test shows wire forms in letters.
    const shown = sharp;
    const sharpTicket = await beginSignUp(fixture.a.client, sharp);
    const sharpCode = await fixture.gateway.mails.nextCode(shown);
    const one = await signUpPerson(fixture.gateway, fixture.a, plain, { password: fixture.registerSecret("the one without the letter") });
    if (outcomeOf(await attempt.complete(fixture.a.client, plain, sharpCode, sharpTicket)) !== "INVALID_CODE") throw new Error("crossed");
    expect(outcomeOf(await attempt.complete(fixture.a.client, sharp, sharpCode, sharpTicket))).toBe("LoggedIn");
    for (const spelling of [sharp, wired, sharp.toUpperCase().replace("SS", "\u00df")]) {
      const { user } = await requireLogIn(fixture.a.client, spelling);
      expect([user.email, user.id === one.tokens.user.id]).toEqual([wired, false]);
    }
    expect(outcomeOf(await attempt.logIn(fixture.a.client, plain, PASSWORD))).toBe("INVALID_CREDENTIALS");
    fixture.gateway.clock.move({ seconds: 61 });
    await attempt.forgot(fixture.a.client, sharp);
    const reset = await fixture.gateway.mails.nextCode(shown);
    expect(outcomeOf(await attempt.reset(fixture.a.client, plain, reset, "quite another password"))).toBe("INVALID_CODE");
  });

  it("CL-28 sign up - other spellings of a registered address - equal answers, one notice to the owner, no second user", async () => {
    const { email } = await fixture.signUpPerson();
    fixture.gateway.clock.move({ minutes: 20 });
    const before = fixture.gateway.mails.countTo(email);
    const spellings = [email.toUpperCase(), ` ${email} `, `\t${email}\r\n`, email.replace("mail", "MAIL"), email];
    for (const spelling of spellings) expect([spelling, await signUp(spelling)]).toEqual([spelling, "ConfirmationSent"]);
    for (const odd of [
      `${email}.`,
      `${email}\u200b`,
      `\u00a0${email}`,
      `${email}\u0000`.replace("\u0000", "\u00ad"),
      email.replace("@", "@."),
    ])
      expect([odd, await signUp(odd)]).toEqual([odd, "HANDLE_INVALID"]);
    await fixture.gateway.mails.next(email);
    expect(fixture.gateway.mails.countTo(email)).toBe(before + 1);
    expect(await fixture.gateway.query("SELECT id FROM users WHERE LOWER(email) LIKE ?", [`%${email}%`])).toHaveLength(1);
  });

  it("CL-29 sign up - plus and dots - are different addresses: no provider rules are applied", async () => {
    const { email, tokens } = await fixture.signUpPerson();
    for (const other of [email.replace("@", "+1@"), email.replace("victim-", "vic.tim-")]) {
      const person = await signUpPerson(fixture.gateway, fixture.a, other, { password: fixture.registerSecret("quite another password") });
      expect([person.tokens.user.email, person.tokens.user.id === tokens.user.id]).toEqual([other, false]);
      expect(outcomeOf(await attempt.logIn(fixture.a.client, other, PASSWORD))).toBe("INVALID_CREDENTIALS");
    }
    await requireLogIn(fixture.a.client, email);
  });

  it("CL-30 every operation with an address - header injection, lists, names, groups, quotes, comments - sends no mail", async () => {
    const victim = uniqueEmail();
    await expectRefusedEverywhere([
      `${victim}\r\nBcc: evil@mail.example`,
      `${victim},evil@mail.example`,
      `Victim <${victim}>`,
      `"${victim}, evil"@mail.example`,
      `friends: ${victim};`,
      `${"(".repeat(200)}x${")".repeat(200)}${victim}`,
      `a(comment)@mail.example`,
    ]);
  });

  it("IL-12 every operation with an address - too long, literal, without a dot, invisible or bidirectional characters - is rejected", async () => {
    await expectRefusedEverywhere([
      `${"a".repeat(65)}@mail.example`,
      "a@[192.0.2.1]",
      "a@localhost",
      "a@m\u202eail.example",
      "a\u200b@mail.example",
      "a@m\u0430il.example",
    ]);
  });

  it("IL-12 sign up - internationalised domain and its A-label form - are one address", async () => {
    const [typed, wired] = [`ann${process.pid}@b\u00fccher.example`, `ann${process.pid}@xn--bcher-kva.example`];
    // The mail server under test shows wire forms in letters.
    const shown = typed;
    const ticket = await beginSignUp(fixture.a.client, typed);
    const code = await fixture.gateway.mails.nextCode(shown);
    expect(outcomeOf(await attempt.complete(fixture.a.client, wired, code, ticket))).toBe("LoggedIn");
    fixture.gateway.clock.move({ minutes: 20 });
    for (const again of [typed, wired, `ann${process.pid}@bu\u0308cher.example`, typed.toUpperCase()])
      expect(await signUp(again)).toBe("ConfirmationSent");
    expect((await fixture.gateway.mails.next(shown)).text).not.toMatch(/^\d{6}$/m);
    expect(await fixture.gateway.query("SELECT id FROM users WHERE email = ?", [wired])).toHaveLength(1);
  });

  it("IL-18 every operation with an address - 9,000 characters that slow down regular expressions - is rejected as fast as any other", async () => {
    const long = "a.".repeat(4500);
    const texts = [`${long}@mail.example`, `a@${long}`, " ".repeat(9000)];
    const timeOf = async (email: string) => {
      const began = performance.now();
      expect(await signUp(email)).toBe("HANDLE_INVALID");
      return performance.now() - began;
    };
    const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
    for (const text of texts) {
      const [usual, odd]: [number[], number[]] = [[], []];
      for (let round = 0; round < 9; round++) {
        usual.push(await timeOf("plain"));
        odd.push(await timeOf(text));
      }
      expect([text.slice(0, 10), median(odd) < 20 * median(usual) + 5]).toEqual([text.slice(0, 10), true]);
    }
    await expectRefusedEverywhere([texts[0] ?? "", texts[1] ?? ""]);
  });
});

describe("content of mails", () => {
  it("CL-31 sign up and invitation - tags in metadata and in the application's name - are escaped in the mail", async () => {
    const fields = JSON.stringify([{ path: "name" }, { path: "about" }]);
    const marked = `<img src=x onerror=alert(1)> {{ code }} {% raw %}`;
    const application = await fixture.gateway.createApplication(marked, `metadata.fields=${fields}`);
    const email = uniqueEmail();
    const metadata = { name: '<a href="https://evil.example">Free money</a>', about: "https://evil.example/now {{ link }}" };
    const ticket = await beginSignUp(application.client, email, { metadata });
    const mail = await fixture.gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "none";
    expect(outcomeOf(await attempt.complete(application.client, email, code, ticket))).toBe("LoggedIn");
    const { sessionToken } = await requireLogIn(application.client, email);
    const guest = uniqueEmail("guest-");
    await application.client.with({ token: sessionToken }).run(InviteDocument, { input: { handle: { email: guest }, metadata } });
    for (const { html, text, subject, raw } of [mail, await fixture.gateway.mails.next(guest)]) {
      expect(html).not.toMatch(/<img|onerror=alert\(1\)>(?!.*&gt;)|evil\.example/);
      expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(text).not.toContain("evil.example");
      expect(`${subject}${text}`).toContain("{{ code }}");
      expect(raw.split("\r\n\r\n")[0]).not.toMatch(/^Bcc|^Cc|evil\.example/im);
    }
  });
});
