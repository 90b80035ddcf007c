import { describe, expect, it } from "vitest";
import {
  AcceptInvitationDocument,
  ChangeHandleDocument,
  CompleteSignUpDocument,
  ConfirmHandleDocument,
  InviteDocument,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf, wrongCodeFor } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

const beginPendingSignUp = async (email = uniqueEmail(), application = fixture.a) => {
  const ticket = await beginSignUp(application.client, email);
  return { email, ticket, code: await fixture.gateway.mails.nextCode(email) };
};
const complete = async (email: string, code: string, ticket?: string, application = fixture.a) =>
  outcomeOf(await attempt.complete(application.client, email, code, ticket));
const countCodeAttempts = async () =>
  (await fixture.gateway.query<{ attempts: number }>("SELECT attempts FROM challenges")).reduce((sum, row) => sum + row.attempts, 0);
const requestReset = async (email: string) => {
  fixture.gateway.clock.move({ seconds: 61 });
  expect(outcomeOf(await attempt.forgot(fixture.a.client, email))).toBe("PasswordResetRequested");
  return await fixture.gateway.mails.nextCode(email);
};

describe("attempts and lifetime", () => {
  it("CL-01 complete sign up - wrong code - is rejected, creates no user and counts one attempt", async () => {
    const { email, code } = await beginPendingSignUp();
    const [users, before] = [await fixture.countUsers(), await countCodeAttempts()];
    expect(await complete(email, wrongCodeFor(code))).toBe("INVALID_CODE");
    expect([await fixture.countUsers(), await countCodeAttempts()]).toEqual([users, before + 1]);
  });

  it("CL-02 complete sign up - five wrong codes, then the right one - all are rejected; a new code works", async () => {
    for (const isHeld of [false, true]) {
      const { email, code, ticket } = await beginPendingSignUp();
      const users = await fixture.countUsers();
      for (const tried of [...Array(5).fill(wrongCodeFor(code)), code])
        expect(await complete(email, tried, isHeld ? ticket : undefined)).toBe("INVALID_CODE");
      expect(await fixture.countUsers()).toBe(users);
      fixture.gateway.clock.move({ seconds: 61 });
      await attempt.resend(fixture.a.client, email);
      expect(await complete(email, await fixture.gateway.mails.nextCode(email), ticket)).toBe("LoggedIn");
    }
  });

  it("CL-03 complete sign up - code already consumed, or of another address - is rejected and nothing changes", async () => {
    const { email, code, ticket } = await beginPendingSignUp();
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
    await fixture.expectUnchanged(async () => {
      for (const other of [email, uniqueEmail(), fixture.u1.email]) expect(await complete(other, code, ticket)).toBe("INVALID_CODE");
    });
    expect(await fixture.gateway.query("SELECT id FROM users WHERE email = ?", [email])).toHaveLength(1);
  });

  it("CL-04 complete sign up - one second after the code's expiry - is rejected; two seconds before it works", async () => {
    for (const [seconds, expected] of [
      [1, "INVALID_CODE"],
      [-2, "LoggedIn"],
    ] as const) {
      const email = uniqueEmail();
      const users = await fixture.countUsers();
      const outcome = await fixture.gateway.clock.whileFrozen(async () => {
        const { code, ticket } = await beginPendingSignUp(email);
        fixture.gateway.clock.move({ minutes: 15, seconds });
        return await complete(email, code, ticket);
      });
      expect([outcome, await fixture.countUsers()]).toEqual([expected, users + (expected === "LoggedIn" ? 1 : 0)]);
    }
  });

  it("CL-05 complete sign up - code replaced by a resend - is rejected; the newest works", async () => {
    const { email, code, ticket } = await beginPendingSignUp();
    fixture.gateway.clock.move({ seconds: 61 });
    await attempt.resend(fixture.a.client, email);
    const newest = await fixture.gateway.mails.nextCode(email);
    if (newest !== code) expect(await complete(email, code, ticket)).toBe("INVALID_CODE");
    expect(await complete(email, newest, ticket)).toBe("LoggedIn");
  });

  it("CL-39 sign up - previous sign-up expired and still stored - starts again; one user, no leftovers", async () => {
    const { email } = await beginPendingSignUp();
    fixture.gateway.clock.move({ hours: 25 });
    const { code, ticket } = await beginPendingSignUp(email);
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
    expect(await fixture.gateway.query("SELECT id FROM users WHERE email = ?", [email])).toHaveLength(1);
    expect(await fixture.gateway.query("SELECT email FROM pending_sign_ups WHERE email = ?", [email])).toEqual([]);
  });
});

describe("binding of codes", () => {
  it("CL-07 codes - of each kind at every operation of another kind - are rejected, and each still works at its own operation", async () => {
    const [signUp, reset, changing, inviting] = [
      await beginPendingSignUp(),
      await fixture.signUpPerson(),
      await fixture.signUpPerson(),
      await fixture.signUpPerson(),
    ];
    const resetCode = await requestReset(reset.email);
    const next = uniqueEmail("next-");
    expect(outcomeOf(await changing.client.run(ChangeHandleDocument, { input: { handle: { email: next } } }))).toBe("CodeSent");
    const changeCode = await fixture.gateway.mails.nextCode(next);
    const guest = uniqueEmail("guest-");
    expect(outcomeOf(await inviting.client.run(InviteDocument, { input: { handle: { email: guest } } }))).toBe("InvitationSent");
    const inviteCode = await fixture.gateway.mails.nextCode(guest);
    const newPassword = fixture.registerSecret("quite another password");
    const operations = {
      signUp: (email: string, code: string) => attempt.complete(fixture.a.client, email, code),
      reset: (email: string, code: string) => attempt.reset(fixture.a.client, email, code, newPassword),
      change: (_email: string, code: string) => changing.client.run(ConfirmHandleDocument, { input: { code } }),
      invite: (email: string, code: string) =>
        fixture.a.client.run(AcceptInvitationDocument, { input: { handle: { email }, code, password: PASSWORD } }),
    };
    const codes = {
      signUp: [signUp.email, signUp.code, "LoggedIn"],
      reset: [reset.email, resetCode, "PasswordReset"],
      change: [next, changeCode, "HandleChanged"],
      invite: [guest, inviteCode, "LoggedIn"],
    } as const;
    for (const [kind, [email, code]] of Object.entries(codes))
      for (const [name, operation] of Object.entries(operations))
        if (name !== kind) expect([kind, name, outcomeOf(await operation(email, code))]).toEqual([kind, name, "INVALID_CODE"]);
    for (const kind of ["signUp", "reset", "change", "invite"] as const) {
      const [email, code, success] = codes[kind];
      expect([kind, outcomeOf(await operations[kind](email, code))]).toEqual([kind, success]);
      expect([kind, outcomeOf(await operations[kind](email, code))]).toEqual([kind, "INVALID_CODE"]);
    }
  });

  it("CL-08 reset - with another user's code - is rejected, counts against the attacked account, and that user's code stays valid", async () => {
    const [one, other] = [await fixture.signUpPerson(), await fixture.signUpPerson()];
    const [codeOfOne, codeOfOther] = [await requestReset(one.email), await requestReset(other.email)];
    const newPassword = fixture.registerSecret("quite another password");
    const before = await countCodeAttempts();
    if (codeOfOne !== codeOfOther)
      expect(outcomeOf(await attempt.reset(fixture.a.client, other.email, codeOfOne, newPassword))).toBe("INVALID_CODE");
    expect(await countCodeAttempts()).toBe(before + 1);
    await requireLogIn(fixture.a.client, other.email);
    expect(outcomeOf(await attempt.reset(fixture.a.client, one.email, codeOfOne, newPassword))).toBe("PasswordReset");
    await requireLogIn(fixture.a.client, one.email, newPassword);
  });

  it("CL-09 complete sign up - same address pending in two applications - each code works only in its application", async () => {
    const here = await beginPendingSignUp();
    const there = await beginPendingSignUp(here.email, fixture.b);
    if (here.code !== there.code) expect(await complete(here.email, here.code, here.ticket, fixture.b)).toBe("INVALID_CODE");
    expect(await fixture.gateway.query("SELECT id FROM users WHERE email = ?", [here.email])).toEqual([]);
    expect(await complete(here.email, here.code, here.ticket)).toBe("LoggedIn");
    expect(await complete(here.email, there.code, there.ticket, fixture.b)).toBe("LoggedIn");
  });
});

describe("format of codes", () => {
  const script = (code: string, zero: number) => [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
  const send = async (email: string, ticket: string, code: unknown) =>
    outcomeOf(await fixture.a.client.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } as never }));

  it("CL-10 B-11 complete sign up - digits that cannot be the code - never succeed and cost no attempt; the plain text works", async () => {
    const { email, code, ticket } = await beginPendingSignUp();
    const number = Number(code);
    const texts = [`+${code}`, `${code}.0`, `${code}e0`, `0x${number.toString(16)}`, `${code} ${code}`, code.slice(1), "1".repeat(43)];
    const scripts = [
      script(code, 0x0660),
      script(code, 0x0966),
      `${code.slice(0, 3)}.${code.slice(3)}`,
      `${code.slice(0, 3)}_${code.slice(3)}`,
    ];
    const other = [number, [code], [[code]], { value: code }, { $eq: code }, true, null, "", "%", "_".repeat(6), `${code}' OR '1'='1`];
    for (const shape of [...texts, ...scripts, ...other])
      expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await send(email, ticket, shape)])]);
    expect(await send(email, ticket, code)).toBe("LoggedIn");
  });

  it.each<[string, (first: string, second: string) => string]>([
    ["a space in the middle", (first, second) => `${first} ${second}`],
    ["a space before it", (first, second) => ` ${first}${second}`],
    ["a line break after it", (first, second) => `${first}${second}\n`],
    ["a no-break space", (first, second) => `${first}\u00a0${second}`],
    ["a dash", (first, second) => `${first}-${second}`],
    ["direction marks around it", (first, second) => `\u202a${first}${second}\u202c`],
    ["full-width digits", (first, second) => script(first + second, 0xff10)],
  ])("B-11 complete sign up - code with %s - is accepted", async (_, write) => {
    const { email, code, ticket } = await beginPendingSignUp();
    expect(await send(email, ticket, write(code.slice(0, 3), code.slice(3)))).toBe("LoggedIn");
  });

  it("B-11 reset, change of address and invitation - code in groups - is accepted; a malformed one costs no attempt", async () => {
    const inGroups = (code: string) => ` ${code.slice(0, 3)}\u2011${code.slice(3)} `;
    const { email } = await fixture.signUpPerson();
    const resetCode = await requestReset(email);
    const newPassword = fixture.registerSecret("quite another password");
    const resetWith = async (code: string) => outcomeOf(await attempt.reset(fixture.a.client, email, code, newPassword));
    for (const malformed of Array(7).fill(`${resetCode}.`)) expect(await resetWith(malformed)).toBe("INVALID_CODE");
    expect(await resetWith(inGroups(resetCode))).toBe("PasswordReset");

    const { client } = await fixture.signUpPerson();
    const [next, guest] = [uniqueEmail("next"), uniqueEmail("guest")];
    await client.run(ChangeHandleDocument, { input: { handle: { email: next } } });
    const changeCode = await fixture.gateway.mails.nextCode(next);
    const confirmWith = async (code: string) => outcomeOf(await client.run(ConfirmHandleDocument, { input: { code } }));
    for (const malformed of Array(7).fill(`${changeCode}.`)) expect(await confirmWith(malformed)).toBe("INVALID_CODE");
    expect(await confirmWith(inGroups(changeCode))).toBe("HandleChanged");

    await client.run(InviteDocument, { input: { handle: { email: guest } } });
    const inviteCode = await fixture.gateway.mails.nextCode(guest);
    const acceptWith = async (code: string) =>
      outcomeOf(await fixture.a.client.run(AcceptInvitationDocument, { input: { handle: { email: guest }, code, password: PASSWORD } }));
    for (const malformed of Array(7).fill(`${inviteCode}.`)) expect(await acceptWith(malformed)).toBe("INVALID_CODE");
    expect(await acceptWith(inGroups(inviteCode))).toBe("LoggedIn");
  });

  it("CL-11 complete sign up - code with leading zeros, sent with fewer or more of them - is rejected; the exact code works", async () => {
    let drawn = await beginPendingSignUp();
    for (let times = 0; !drawn.code.startsWith("0") && times < 300; times++) drawn = await beginPendingSignUp();
    const { email, code, ticket } = drawn;
    expect(code).toMatch(/^0\d{5}$/);
    for (const shape of [String(Number(code)), Number(code), `0${code}`, `${code}0`, code.replace(/^0/, "O"), code.replace(/^0/, " ")])
      expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await send(email, ticket, shape)])]);
    expect(await send(email, ticket, code)).toBe("LoggedIn");
  });

  it("CL-40 complete sign up - undeclared arguments - reject the document; metadata does not introduce them either", async () => {
    const { email, code, ticket } = await beginPendingSignUp();
    const extras = { id: `"${fixture.bystander.tokens.user.id}"`, verified: "true", role: '"admin"', appId: `"${fixture.b.id}"` };
    const more = { ...extras, emailVerified: "true", secondFactor: "false", subject: '"x"', status: '"ACTIVE"' };
    await fixture.expectUnchanged(async () => {
      for (const [name, value] of Object.entries(more)) {
        const input = `handle: { email: "${email}" }, code: "${code}", ticket: "${ticket}"`;
        for (const fields of [`(input: { ${input}, ${name}: ${value} })`, `(input: { ${input} }, ${name}: ${value})`]) {
          const answer = await fixture.a.client.post({ query: `mutation { completeSignUp${fields} { __typename } }` });
          expect([name, outcomeOf(answer), answer.status]).toEqual([name, "DOCUMENT_REFUSED", 400]);
        }
        const field = { [name]: JSON.parse(value) as unknown };
        expect([
          name,
          outcomeOf(await fixture.a.client.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket, ...field } })),
        ]).toEqual([name, "BAD_USER_INPUT"]);
        const signUp = await attempt.signUp(fixture.a.client, uniqueEmail(), PASSWORD, { metadata: field });
        expect([name, outcomeOf(signUp)]).toEqual([name, "METADATA_REFUSED"]);
      }
    });
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
  });
});
