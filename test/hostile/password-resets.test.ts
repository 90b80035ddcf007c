import { describe, expect, it } from "vitest";
import { MeDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf, wrongCodeFor } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();
const NEW_PASSWORD = "quite another password";
const countQueuedMessages = async () => (await fixture.gateway.query("SELECT id FROM outbox_messages")).length;
const withoutTicket = (text: string) => text.replace(/"ticket":"[\w-]{43}"/, '"ticket":"-"');
const forgot = async (email: string) => {
  fixture.gateway.clock.move({ seconds: 61 });
  return await attempt.forgot(fixture.a.client, email);
};

describe("forgotten passwords", () => {
  it("CL-19 forgot password - unknown, unfinished, suspended and known address - equal answers; only the known one gets a mail", async () => {
    const { email } = await fixture.signUpPerson();
    const unfinished = uniqueEmail();
    await beginSignUp(fixture.a.client, unfinished);
    await fixture.gateway.mails.next(unfinished);
    const { clock, mails } = fixture.gateway;
    const before = await countQueuedMessages();
    const answers = await clock.whileFrozen(async () => {
      const shown: string[] = [];
      for (const one of [uniqueEmail("unknown-"), unfinished, fixture.suspended.email, email])
        shown.push(withoutTicket((await attempt.forgot(fixture.a.client, one)).text));
      return shown;
    });
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("PasswordResetRequested");
    expect(await countQueuedMessages()).toBe(before + 1);
    expect(await mails.nextCode(email)).toMatch(/^\d{6}$/);
    expect(mails.countTo(fixture.suspended.email)).toBe(1);
  });

  it("CL-20 forgot password - four times - the limit allows three mails and only the newest code works", async () => {
    const { email } = await fixture.signUpPerson();
    const before = fixture.gateway.mails.countTo(email);
    const codes: string[] = [];
    for (let times = 0; times < 3; times++) {
      expect(outcomeOf(await forgot(email))).toBe("PasswordResetRequested");
      codes.push(await fixture.gateway.mails.nextCode(email));
    }
    expect(outcomeOf(await forgot(email))).toBe("TOO_MANY_ATTEMPTS");
    const newest = codes.pop() ?? "";
    for (const code of codes.filter((one) => one !== newest))
      expect(outcomeOf(await attempt.reset(fixture.a.client, email, code, NEW_PASSWORD))).toBe("INVALID_CODE");
    expect(fixture.gateway.mails.countTo(email)).toBe(before + 3);
    expect(outcomeOf(await attempt.reset(fixture.a.client, email, newest, fixture.registerSecret(NEW_PASSWORD)))).toBe("PasswordReset");
  });

  it("CL-22 reset - sessions, an earlier code and a recognised device - are all invalid afterwards; one notice is sent", async () => {
    const { client: app } = fixture.a;
    const person = await fixture.signUpPerson();
    const second = await requireLogIn(app, person.email);
    expect(outcomeOf(await forgot(person.email))).toBe("PasswordResetRequested");
    const earlier = await fixture.gateway.mails.nextCode(person.email);
    await forgot(person.email);
    const code = await fixture.gateway.mails.nextCode(person.email);
    expect(outcomeOf(await attempt.reset(app, person.email, code, fixture.registerSecret(NEW_PASSWORD)))).toBe("PasswordReset");
    for (const { sessionToken, refreshToken } of [person.tokens, second]) {
      expect(outcomeOf(await app.with({ token: sessionToken }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
      expect(outcomeOf(await attempt.refresh(app, refreshToken))).toBe("SESSION_ENDED");
    }
    for (const used of [earlier, code]) expect(outcomeOf(await attempt.reset(app, person.email, used, PASSWORD))).toBe("INVALID_CODE");
    expect(outcomeOf(await attempt.logIn(app, person.email, PASSWORD))).toBe("INVALID_CREDENTIALS");
    const { deviceToken } = person.tokens;
    const answer = await attempt.logIn(app, person.email, NEW_PASSWORD, deviceToken ?? null);
    expect(answer.data?.logIn).toMatchObject({ __typename: "LoggedIn", deviceToken: expect.stringMatching(/^(?!.*undefined)\S{20,}$/) });
    expect(answer.text).not.toContain(deviceToken);
    const notice = await fixture.gateway.mails.next(person.email);
    expect(notice.text).not.toMatch(/^\d{6}$|https?:\/\//m);
    expect(await fixture.gateway.query("SELECT id FROM outbox_messages WHERE status = 'PENDING'")).toEqual([]);
    expect(fixture.gateway.mails.received.at(-1)?.messageId).toBe(notice.messageId);
  });

  it("CL-24 sign up - another person started first with another password - only the password of the mailbox owner is used", async () => {
    const { client: app } = fixture.a;
    for (const isQuick of [false, true]) {
      const email = uniqueEmail();
      const [theirs, own] = [fixture.registerSecret("another client's password"), fixture.registerSecret("my own long password")];
      const otherTicket = await beginSignUp(app, email, { password: theirs });
      const first = await fixture.gateway.mails.nextCode(email);
      if (!isQuick) fixture.gateway.clock.move({ seconds: 61 });
      const ticket = await beginSignUp(app, email, { password: own });
      const code = isQuick ? first : await fixture.gateway.mails.nextCode(email);
      if (code !== first) expect(outcomeOf(await attempt.complete(app, email, first, otherTicket))).toBe("INVALID_CODE");
      expect(outcomeOf(await attempt.complete(app, email, wrongCodeFor(code), otherTicket))).toBe("INVALID_CODE");
      const done = await attempt.complete(app, email, code, ticket);
      if (done.data?.completeSignUp.__typename !== "LoggedIn") throw new Error(done.text);
      const { user } = done.data.completeSignUp;
      for (const late of [first, code]) expect(outcomeOf(await attempt.complete(app, email, late, otherTicket))).toBe("INVALID_CODE");
      expect(outcomeOf(await attempt.logIn(app, email, theirs))).toBe("INVALID_CREDENTIALS");
      expect(await fixture.gateway.query("SELECT id FROM sessions WHERE user_id = ?", [user.id])).toHaveLength(1);
      await requireLogIn(app, email, own);
    }
  });

  it("CL-41 reset - success - returns no session and opens none", async () => {
    const person = await fixture.signUpPerson();
    await forgot(person.email);
    const code = await fixture.gateway.mails.nextCode(person.email);
    const live = async () =>
      (await fixture.gateway.query("SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL", [person.tokens.user.id])).length;
    expect(await live()).toBe(1);
    const answer = await attempt.reset(fixture.a.client, person.email, code, fixture.registerSecret(NEW_PASSWORD));
    expect(Object.keys(answer.data?.resetPassword ?? {}).sort()).toEqual(["__typename", "deviceToken", "sessionsEnded"]);
    expect(answer.text).not.toMatch(/lk_ses_|lk_ref_|eyJ/);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await live()).toBe(0);
    const { deviceToken } = answer.data?.resetPassword as { deviceToken: string };
    expect(outcomeOf(await fixture.a.client.with({ token: deviceToken }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await attempt.refresh(fixture.a.client, deviceToken))).toBe("SESSION_ENDED");
  });
});
