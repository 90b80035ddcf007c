import { describe, expect, it } from "vitest";
import { ChangeHandleDocument, InviteDocument } from "../support/generated/authentication.js";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { beginSignUp, freshEmail, PASSWORD, requireLogIn, signUpPerson } from "../support/people.js";

const stage = hostile();
const signUp = async (email: string) => outcomeOf(await attempt.signUp(stage.a.client, email));
/** What every operation that takes an address says to one that is none. */
const refusals = {
  signUp: ["HANDLE_INVALID", (email: string) => attempt.signUp(stage.a.client, email)],
  resend: ["HANDLE_INVALID", (email: string) => attempt.resend(stage.a.client, email)],
  complete: ["INVALID_CODE", (email: string) => attempt.complete(stage.a.client, email, "000000")],
  logIn: ["INVALID_CREDENTIALS", (email: string) => attempt.logIn(stage.a.client, email, PASSWORD)],
  forgot: ["PasswordResetRequested", (email: string) => attempt.forgot(stage.a.client, email)],
  reset: ["INVALID_CODE", (email: string) => attempt.reset(stage.a.client, email, "000000", "quite another password")],
  invite: ["HANDLE_INVALID", (email: string) => stage.u1.client.run(InviteDocument, { input: { handle: { email } } })],
  change: ["HANDLE_INVALID", (email: string) => stage.u1.client.run(ChangeHandleDocument, { input: { handle: { email } } })],
} as const;

/** One address at every operation, tidied so that budgets of one test do not reach into another. */
async function refuseEverywhere(emails: readonly string[]): Promise<void> {
  await requireFreshProof();
  await stage.unchanged(async () => {
    for (const email of emails)
      for (const [name, [expected, ask]] of Object.entries(refusals)) {
        const answer = await ask(email);
        expect([email.slice(0, 80), name, outcomeOf(answer)]).toEqual([email.slice(0, 80), name, expected]);
        if (name !== "forgot" && email.length > 20) expect(answer.text).not.toContain(JSON.stringify(email).slice(1, -1));
      }
  });
}

/** U1's session must have proved itself lately to change its address. */
async function requireFreshProof(): Promise<void> {
  const tokens = await requireLogIn(stage.a.client, stage.u1.email);
  Object.assign(stage.u1, { client: stage.a.client.with({ token: tokens.sessionToken }) });
}

describe("addresses", () => {
  it("CL-27 sign up - accents and sharp s - local parts are ASCII, domains are IDNA 2008 and never cross", async () => {
    await refuseEverywhere(["jos\u00e9@mail.example", "jose\u0301@mail.example", "stra\u00dfe@mail.example", "bo\u0431@mail.example"]);
    const local = `ann${process.pid}`;
    const [sharp, plain] = [`${local}@stra\u00dfe.example`, `${local}@strasse.example`];
    const wired = `${local}@xn--strae-oqa.example`;
    // The mail server under test shows wire forms in letters.
    const shown = sharp;
    const sharpTicket = await beginSignUp(stage.a.client, sharp);
    const sharpCode = await stage.gateway.mails.nextCode(shown);
    const one = await signUpPerson(stage.gateway, stage.a, plain, { password: stage.secret("the one without the letter") });
    if (outcomeOf(await attempt.complete(stage.a.client, plain, sharpCode, sharpTicket)) !== "INVALID_CODE") throw new Error("crossed");
    expect(outcomeOf(await attempt.complete(stage.a.client, sharp, sharpCode, sharpTicket))).toBe("LoggedIn");
    for (const spelling of [sharp, wired, sharp.toUpperCase().replace("SS", "\u00df")]) {
      const { user } = await requireLogIn(stage.a.client, spelling);
      expect([user.email, user.id === one.tokens.user.id]).toEqual([wired, false]);
    }
    expect(outcomeOf(await attempt.logIn(stage.a.client, plain, PASSWORD))).toBe("INVALID_CREDENTIALS");
    stage.gateway.clock.move({ seconds: 61 });
    await attempt.forgot(stage.a.client, sharp);
    const reset = await stage.gateway.mails.nextCode(shown);
    expect(outcomeOf(await attempt.reset(stage.a.client, plain, reset, "quite another password"))).toBe("INVALID_CODE");
  });

  it("CL-28 sign up - other spellings of a taken address - answer alike, tell the owner once and make no second user", async () => {
    const { email } = await stage.person();
    stage.gateway.clock.move({ minutes: 20 });
    const before = stage.gateway.mails.countTo(email);
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
    await stage.gateway.mails.next(email);
    expect(stage.gateway.mails.countTo(email)).toBe(before + 1);
    expect(await stage.gateway.query("SELECT id FROM users WHERE LOWER(email) LIKE ?", [`%${email}%`])).toHaveLength(1);
  });

  it("CL-29 sign up - plus and dots - are other addresses: nobody's provider is imitated", async () => {
    const { email, tokens } = await stage.person();
    for (const other of [email.replace("@", "+1@"), email.replace("victim-", "vic.tim-")]) {
      const person = await signUpPerson(stage.gateway, stage.a, other, { password: stage.secret("quite another password") });
      expect([person.tokens.user.email, person.tokens.user.id === tokens.user.id]).toEqual([other, false]);
      expect(outcomeOf(await attempt.logIn(stage.a.client, other, PASSWORD))).toBe("INVALID_CREDENTIALS");
    }
    await requireLogIn(stage.a.client, email);
  });

  it("CL-30 every operation with an address - header injection, lists, names, groups, quotes, comments - mails nobody", async () => {
    const victim = freshEmail();
    await refuseEverywhere([
      `${victim}\r\nBcc: evil@mail.example`,
      `${victim}\nBcc:evil@mail.example`,
      `${victim}%0d%0aBcc:evil@mail.example`,
      `${victim},evil@mail.example`,
      `${victim};evil@mail.example`,
      `${victim} evil@mail.example`,
      `Victim <${victim}>`,
      `<${victim}>`,
      `"${victim}, evil"@mail.example`,
      `"a@evil.example"@mail.example`,
      `friends: ${victim};`,
      `${"(".repeat(200)}x${")".repeat(200)}${victim}`,
      `a(comment)@mail.example`,
      `@mail.example`,
      `a@`,
      `a@b@mail.example`,
      `.a@mail.example`,
      `a.@mail.example`,
      `a\\@mail.example`,
    ]);
  });

  it("IL-12 every operation with an address - too long, literal, without a dot, invisible or turned around - is refused", async () => {
    const label = "x".repeat(63);
    await refuseEverywhere([
      `${"a".repeat(65)}@mail.example`,
      `a@${[label, label, label, label].join(".")}.example`,
      `${"a".repeat(64)}@${[label, label, label].join(".")}.exam`,
      `a@${"y".repeat(64)}.example`,
      "a@[192.0.2.1]",
      "a@192.0.2.1",
      "a@[IPv6:2001:db8::1]",
      "a@localhost",
      "a@-mail.example",
      "a@mail-.example",
      "a@mail..example",
      "a@xn--a.example",
      "a@xn--.example",
      "\u{1f600}@mail.example",
      "a@\u{1f600}.example",
      "a\tb@mail.example",
      "a\u202eb@mail.example",
      "a@m\u202eail.example",
      "a\u200b@mail.example",
      "a@ma\u200bil.example",
      "a@ma\u00adil.example",
      "a@m\u0430il.example",
      "\uff41@mail.example",
      "a\uff20mail.example",
    ]);
  });

  it("IL-12 sign up - domain in another alphabet and its wire form - are one address, once", async () => {
    const [typed, wired] = [`ann${process.pid}@b\u00fccher.example`, `ann${process.pid}@xn--bcher-kva.example`];
    // The mail server under test shows wire forms in letters.
    const shown = typed;
    const ticket = await beginSignUp(stage.a.client, typed);
    const code = await stage.gateway.mails.nextCode(shown);
    expect(outcomeOf(await attempt.complete(stage.a.client, wired, code, ticket))).toBe("LoggedIn");
    stage.gateway.clock.move({ minutes: 20 });
    for (const again of [typed, wired, `ann${process.pid}@bu\u0308cher.example`, typed.toUpperCase()])
      expect(await signUp(again)).toBe("ConfirmationSent");
    expect((await stage.gateway.mails.next(shown)).text).not.toMatch(/^\d{6}$/m);
    expect(await stage.gateway.query("SELECT id FROM users WHERE email = ?", [wired])).toHaveLength(1);
  });

  it("IL-18 every operation with an address - 9,000 characters made to hurt patterns - is refused as fast as any other", async () => {
    const long = "a.".repeat(4500);
    const texts = [
      long,
      `${long}@mail.example`,
      `a@${long}`,
      `${"a".repeat(9000)}@`,
      `a@${"a-".repeat(4500)}`,
      "@".repeat(9000),
      " ".repeat(9000),
    ];
    const timeOf = async (email: string) => {
      const began = performance.now();
      expect(await signUp(email)).toBe("HANDLE_INVALID");
      return performance.now() - began;
    };
    const median = (times: number[]) => times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
    for (const text of texts) {
      const [usual, odd]: [number[], number[]] = [[], []];
      for (let round = 0; round < 9; round++) {
        usual.push(await timeOf("plain"));
        odd.push(await timeOf(text));
      }
      expect([text.slice(0, 10), median(odd) < 20 * median(usual) + 5]).toEqual([text.slice(0, 10), true]);
    }
    await refuseEverywhere([texts[1] ?? "", texts[2] ?? ""]);
  });
});

describe("what mails say", () => {
  it("CL-31 sign up and invitation - tags in metadata and in the application's name - are text in the mail", async () => {
    const fields = JSON.stringify([{ path: "name" }, { path: "about" }]);
    const marked = `<img src=x onerror=alert(1)> {{ code }} {% raw %}`;
    const application = await stage.gateway.createApplication(marked, `metadata.fields=${fields}`);
    const email = freshEmail();
    const metadata = { name: '<a href="https://evil.example">Free money</a>', about: "https://evil.example/now {{ link }}" };
    const ticket = await beginSignUp(application.client, email, { metadata });
    const mail = await stage.gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "none";
    expect(outcomeOf(await attempt.complete(application.client, email, code, ticket))).toBe("LoggedIn");
    const { sessionToken } = await requireLogIn(application.client, email);
    const guest = freshEmail("guest-");
    await application.client.with({ token: sessionToken }).run(InviteDocument, { input: { handle: { email: guest }, metadata } });
    for (const { html, text, subject, raw } of [mail, await stage.gateway.mails.next(guest)]) {
      expect(html).not.toMatch(/<img|onerror=alert\(1\)>(?!.*&gt;)|evil\.example/);
      expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(text).not.toContain("evil.example");
      expect(`${subject}${text}`).toContain("{{ code }}");
      expect(raw.split("\r\n\r\n")[0]).not.toMatch(/^Bcc|^Cc|evil\.example/im);
    }
  });
});
