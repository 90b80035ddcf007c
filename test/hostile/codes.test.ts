import { describe, expect, it } from "vitest";
import {
  AcceptInvitationDocument,
  ChangeHandleDocument,
  CompleteSignUpDocument,
  ConfirmHandleDocument,
  InviteDocument,
} from "../support/generated/authentication.js";
import { attempt, hostile, otherThan, outcomeOf } from "../support/hostile.js";
import { beginSignUp, freshEmail, PASSWORD, requireLogIn } from "../support/people.js";

const stage = hostile();

const pend = async (email = freshEmail(), application = stage.a) => {
  const ticket = await beginSignUp(application.client, email);
  return { email, ticket, code: await stage.gateway.mails.nextCode(email) };
};
const complete = async (email: string, code: string, ticket?: string, application = stage.a) =>
  outcomeOf(await attempt.complete(application.client, email, code, ticket));
const attempts = async () =>
  (await stage.gateway.query<{ attempts: number }>("SELECT attempts FROM challenges")).reduce((sum, row) => sum + row.attempts, 0);
const askReset = async (email: string) => {
  stage.gateway.clock.move({ seconds: 61 });
  expect(outcomeOf(await attempt.forgot(stage.a.client, email))).toBe("PasswordResetRequested");
  return await stage.gateway.mails.nextCode(email);
};

describe("one code", () => {
  it("CL-01 complete sign up - wrong code - is refused, makes nobody and counts one attempt", async () => {
    const { email, code } = await pend();
    const [users, before] = [await stage.countUsers(), await attempts()];
    expect(await complete(email, otherThan(code))).toBe("INVALID_CODE");
    expect([await stage.countUsers(), await attempts()]).toEqual([users, before + 1]);
  });

  it("CL-02 complete sign up - five wrong codes, then the right one - all are refused; a fresh code works", async () => {
    for (const isHeld of [false, true]) {
      const { email, code, ticket } = await pend();
      const users = await stage.countUsers();
      for (const tried of [...Array(5).fill(otherThan(code)), code])
        expect(await complete(email, tried, isHeld ? ticket : undefined)).toBe("INVALID_CODE");
      expect(await stage.countUsers()).toBe(users);
      stage.gateway.clock.move({ seconds: 61 });
      await attempt.resend(stage.a.client, email);
      expect(await complete(email, await stage.gateway.mails.nextCode(email), ticket)).toBe("LoggedIn");
    }
  });

  it("CL-03 complete sign up - code used before, or under another address - is refused and nothing changes", async () => {
    const { email, code, ticket } = await pend();
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
    await stage.unchanged(async () => {
      for (const other of [email, freshEmail(), stage.u1.email]) expect(await complete(other, code, ticket)).toBe("INVALID_CODE");
    });
    expect(await stage.gateway.query("SELECT id FROM users WHERE email = ?", [email])).toHaveLength(1);
  });

  it("CL-04 complete sign up - a second past the code's life - is refused; two seconds before its end it works", async () => {
    for (const [seconds, expected] of [
      [1, "INVALID_CODE"],
      [-2, "LoggedIn"],
    ] as const) {
      const email = freshEmail();
      const users = await stage.countUsers();
      const outcome = await stage.gateway.clock.standStill(async () => {
        const { code, ticket } = await pend(email);
        stage.gateway.clock.move({ minutes: 15, seconds });
        return await complete(email, code, ticket);
      });
      expect([outcome, await stage.countUsers()]).toEqual([expected, users + (expected === "LoggedIn" ? 1 : 0)]);
    }
  });

  it("CL-05 complete sign up - code before the last resend - is refused; the newest works", async () => {
    const { email, code, ticket } = await pend();
    stage.gateway.clock.move({ seconds: 61 });
    await attempt.resend(stage.a.client, email);
    const newest = await stage.gateway.mails.nextCode(email);
    if (newest !== code) expect(await complete(email, code, ticket)).toBe("INVALID_CODE");
    expect(await complete(email, newest, ticket)).toBe("LoggedIn");
  });

  it("CL-39 sign up - the one before has expired and is still stored - begins anew; one user, nothing left over", async () => {
    const { email } = await pend();
    stage.gateway.clock.move({ hours: 25 });
    const { code, ticket } = await pend(email);
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
    expect(await stage.gateway.query("SELECT id FROM users WHERE email = ?", [email])).toHaveLength(1);
    expect(await stage.gateway.query("SELECT email FROM pending_sign_ups WHERE email = ?", [email])).toEqual([]);
  });
});

describe("what a code is bound to", () => {
  it("CL-07 codes - of each kind at every operation of another kind - are refused, and each still works at its own", async () => {
    const [signUp, reset, changing, inviting] = [await pend(), await stage.person(), await stage.person(), await stage.person()];
    const resetCode = await askReset(reset.email);
    const next = freshEmail("next-");
    expect(outcomeOf(await changing.client.run(ChangeHandleDocument, { input: { handle: { email: next } } }))).toBe("CodeSent");
    const changeCode = await stage.gateway.mails.nextCode(next);
    const guest = freshEmail("guest-");
    expect(outcomeOf(await inviting.client.run(InviteDocument, { input: { handle: { email: guest } } }))).toBe("InvitationSent");
    const inviteCode = await stage.gateway.mails.nextCode(guest);
    const newPassword = stage.secret("quite another password");
    const operations = {
      signUp: (email: string, code: string) => attempt.complete(stage.a.client, email, code),
      reset: (email: string, code: string) => attempt.reset(stage.a.client, email, code, newPassword),
      change: (_email: string, code: string) => changing.client.run(ConfirmHandleDocument, { input: { code } }),
      invite: (email: string, code: string) =>
        stage.a.client.run(AcceptInvitationDocument, { input: { handle: { email }, code, password: PASSWORD } }),
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

  it("CL-08 reset - with the code of somebody else - is refused, counts on the own code, and the other stays good", async () => {
    const [one, other] = [await stage.person(), await stage.person()];
    const [codeOfOne, codeOfOther] = [await askReset(one.email), await askReset(other.email)];
    const newPassword = stage.secret("quite another password");
    const before = await attempts();
    if (codeOfOne !== codeOfOther)
      expect(outcomeOf(await attempt.reset(stage.a.client, other.email, codeOfOne, newPassword))).toBe("INVALID_CODE");
    expect(await attempts()).toBe(before + 1);
    await requireLogIn(stage.a.client, other.email);
    expect(outcomeOf(await attempt.reset(stage.a.client, one.email, codeOfOne, newPassword))).toBe("PasswordReset");
    await requireLogIn(stage.a.client, one.email, newPassword);
  });

  it("CL-09 complete sign up - same address pending in two applications - each code works at home only", async () => {
    const here = await pend();
    const there = await pend(here.email, stage.b);
    if (here.code !== there.code) expect(await complete(here.email, here.code, here.ticket, stage.b)).toBe("INVALID_CODE");
    expect(await stage.gateway.query("SELECT id FROM users WHERE email = ?", [here.email])).toEqual([]);
    expect(await complete(here.email, here.code, here.ticket)).toBe("LoggedIn");
    expect(await complete(here.email, there.code, there.ticket, stage.b)).toBe("LoggedIn");
  });
});

describe("the shape of a code", () => {
  const script = (code: string, zero: number) => [...code].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
  const send = async (email: string, ticket: string, code: unknown) =>
    outcomeOf(await stage.a.client.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } as never }));

  it("CL-10 complete sign up - right digits in every other shape - never succeed and cost no attempt; the plain text works", async () => {
    const { email, code, ticket } = await pend();
    const number = Number(code);
    const texts = [` ${code}`, `${code} `, `${code}\n`, `+${code}`, `-${code}`, `${code}.0`, `${code}e0`, `0x${number.toString(16)}`];
    const scripts = [script(code, 0xff10), script(code, 0x0660), script(code, 0x0966), `${code.slice(0, 3)} ${code.slice(3)}`];
    const other = [number, [code], [[code]], { value: code }, { $eq: code }, true, null, "", "%", "_".repeat(6), `${code}' OR '1'='1`];
    for (const shape of [...texts, ...scripts, ...other])
      expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await send(email, ticket, shape)])]);
    expect(await send(email, ticket, code)).toBe("LoggedIn");
  });

  it("CL-11 complete sign up - code with leading zeros, sent without or with more of them - is refused; exactly it works", async () => {
    let drawn = await pend();
    for (let times = 0; !drawn.code.startsWith("0") && times < 300; times++) drawn = await pend();
    const { email, code, ticket } = drawn;
    expect(code).toMatch(/^0\d{5}$/);
    for (const shape of [String(Number(code)), Number(code), `0${code}`, `${code}0`, code.replace(/^0/, "O"), code.replace(/^0/, " ")])
      expect([shape, ["BAD_USER_INPUT", "INVALID_CODE"]]).toEqual([shape, expect.arrayContaining([await send(email, ticket, shape)])]);
    expect(await send(email, ticket, code)).toBe("LoggedIn");
  });

  it("CL-40 complete sign up - arguments nobody asked for - refuse the document; metadata does not bring them in either", async () => {
    const { email, code, ticket } = await pend();
    const extras = { id: `"${stage.bystander.tokens.user.id}"`, verified: "true", role: '"admin"', appId: `"${stage.b.id}"` };
    const more = { ...extras, emailVerified: "true", secondFactor: "false", subject: '"x"', status: '"ACTIVE"' };
    await stage.unchanged(async () => {
      for (const [name, value] of Object.entries(more)) {
        const input = `handle: { email: "${email}" }, code: "${code}", ticket: "${ticket}"`;
        for (const fields of [`(input: { ${input}, ${name}: ${value} })`, `(input: { ${input} }, ${name}: ${value})`]) {
          const answer = await stage.a.client.post({ query: `mutation { completeSignUp${fields} { __typename } }` });
          expect([name, outcomeOf(answer), answer.status]).toEqual([name, "DOCUMENT_REFUSED", 400]);
        }
        const field = { [name]: JSON.parse(value) as unknown };
        expect([
          name,
          outcomeOf(await stage.a.client.run(CompleteSignUpDocument, { input: { handle: { email }, code, ticket, ...field } })),
        ]).toEqual([name, "BAD_USER_INPUT"]);
        const signUp = await attempt.signUp(stage.a.client, freshEmail(), PASSWORD, { metadata: field });
        expect([name, outcomeOf(signUp)]).toEqual([name, "METADATA_REFUSED"]);
      }
    });
    expect(await complete(email, code, ticket)).toBe("LoggedIn");
  });
});
