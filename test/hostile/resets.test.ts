import { describe, expect, it } from "vitest";
import { MeDocument } from "../support/generated/authentication.js";
import { attempt, hostile, otherThan, outcomeOf } from "../support/hostile.js";
import { beginSignUp, freshEmail, PASSWORD, requireLogIn } from "../support/people.js";

const stage = hostile();
const NEXT = "quite another password";
const queued = async () => (await stage.gateway.query("SELECT id FROM outbox_messages")).length;
const ticketless = (text: string) => text.replace(/"ticket":"[\w-]{43}"/, '"ticket":"-"');
const forgot = async (email: string) => {
  stage.gateway.clock.move({ seconds: 61 });
  return await attempt.forgot(stage.a.client, email);
};

describe("forgotten passwords", () => {
  it("CL-19 forgot password - unknown, unfinished, suspended and known address - one answer; only the known one gets a mail", async () => {
    const { email } = await stage.person();
    const unfinished = freshEmail();
    await beginSignUp(stage.a.client, unfinished);
    await stage.gateway.mails.next(unfinished);
    const { clock, mails } = stage.gateway;
    const before = await queued();
    const answers = await clock.standStill(async () => {
      const shown: string[] = [];
      for (const one of [freshEmail("nobody-"), unfinished, stage.suspended.email, email])
        shown.push(ticketless((await attempt.forgot(stage.a.client, one)).text));
      return shown;
    });
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain("PasswordResetRequested");
    expect(await queued()).toBe(before + 1);
    expect(await mails.nextCode(email)).toMatch(/^\d{6}$/);
    expect(mails.countTo(stage.suspended.email)).toBe(1);
  });

  it("CL-20 forgot password - four times - the budget's three mails leave and only the newest code works", async () => {
    const { email } = await stage.person();
    const before = stage.gateway.mails.countTo(email);
    const codes: string[] = [];
    for (let times = 0; times < 3; times++) {
      expect(outcomeOf(await forgot(email))).toBe("PasswordResetRequested");
      codes.push(await stage.gateway.mails.nextCode(email));
    }
    expect(outcomeOf(await forgot(email))).toBe("TOO_MANY_ATTEMPTS");
    const newest = codes.pop() ?? "";
    for (const code of codes.filter((one) => one !== newest))
      expect(outcomeOf(await attempt.reset(stage.a.client, email, code, NEXT))).toBe("INVALID_CODE");
    expect(stage.gateway.mails.countTo(email)).toBe(before + 3);
    expect(outcomeOf(await attempt.reset(stage.a.client, email, newest, stage.secret(NEXT)))).toBe("PasswordReset");
  });

  it("CL-22 reset - sessions, an earlier code and a known device - are all worth nothing afterwards; one notice goes out", async () => {
    const { client: app } = stage.a;
    const person = await stage.person();
    const second = await requireLogIn(app, person.email);
    expect(outcomeOf(await forgot(person.email))).toBe("PasswordResetRequested");
    const earlier = await stage.gateway.mails.nextCode(person.email);
    await forgot(person.email);
    const code = await stage.gateway.mails.nextCode(person.email);
    expect(outcomeOf(await attempt.reset(app, person.email, code, stage.secret(NEXT)))).toBe("PasswordReset");
    for (const { sessionToken, refreshToken } of [person.tokens, second]) {
      expect(outcomeOf(await app.with({ token: sessionToken }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
      expect(outcomeOf(await attempt.refresh(app, refreshToken))).toBe("SESSION_ENDED");
    }
    for (const used of [earlier, code]) expect(outcomeOf(await attempt.reset(app, person.email, used, PASSWORD))).toBe("INVALID_CODE");
    expect(outcomeOf(await attempt.logIn(app, person.email, PASSWORD))).toBe("INVALID_CREDENTIALS");
    const { deviceToken } = person.tokens;
    const answer = await attempt.logIn(app, person.email, NEXT, deviceToken ?? null);
    expect(answer.data?.logIn).toMatchObject({ __typename: "LoggedIn", deviceToken: expect.stringMatching(/^(?!.*undefined)\S{20,}$/) });
    expect(answer.text).not.toContain(deviceToken);
    const notice = await stage.gateway.mails.next(person.email);
    expect(notice.text).not.toMatch(/^\d{6}$|https?:\/\//m);
    expect(await stage.gateway.query("SELECT id FROM outbox_messages WHERE status = 'PENDING'")).toEqual([]);
    expect(stage.gateway.mails.received.at(-1)?.messageId).toBe(notice.messageId);
  });

  it("CL-24 sign up - a stranger was first with a password of theirs - only the one whose owner proved the mailbox counts", async () => {
    const { client: app } = stage.a;
    for (const isQuick of [false, true]) {
      const email = freshEmail();
      const [theirs, own] = [stage.secret("the stranger's password"), stage.secret("my own long password")];
      const strangerTicket = await beginSignUp(app, email, { password: theirs });
      const first = await stage.gateway.mails.nextCode(email);
      if (!isQuick) stage.gateway.clock.move({ seconds: 61 });
      const ticket = await beginSignUp(app, email, { password: own });
      const code = isQuick ? first : await stage.gateway.mails.nextCode(email);
      if (code !== first) expect(outcomeOf(await attempt.complete(app, email, first, strangerTicket))).toBe("INVALID_CODE");
      expect(outcomeOf(await attempt.complete(app, email, otherThan(code), strangerTicket))).toBe("INVALID_CODE");
      const done = await attempt.complete(app, email, code, ticket);
      if (done.data?.completeSignUp.__typename !== "LoggedIn") throw new Error(done.text);
      const { user } = done.data.completeSignUp;
      for (const late of [first, code]) expect(outcomeOf(await attempt.complete(app, email, late, strangerTicket))).toBe("INVALID_CODE");
      expect(outcomeOf(await attempt.logIn(app, email, theirs))).toBe("INVALID_CREDENTIALS");
      expect(await stage.gateway.query("SELECT id FROM sessions WHERE user_id = ?", [user.id])).toHaveLength(1);
      await requireLogIn(app, email, own);
    }
  });

  it("CL-41 reset - success - holds no session, and opens none", async () => {
    const person = await stage.person();
    await forgot(person.email);
    const code = await stage.gateway.mails.nextCode(person.email);
    const live = async () =>
      (await stage.gateway.query("SELECT id FROM sessions WHERE user_id = ? AND ended_at IS NULL", [person.tokens.user.id])).length;
    expect(await live()).toBe(1);
    const answer = await attempt.reset(stage.a.client, person.email, code, stage.secret(NEXT));
    expect(Object.keys(answer.data?.resetPassword ?? {}).sort()).toEqual(["__typename", "deviceToken", "sessionsEnded"]);
    expect(answer.text).not.toMatch(/lk_ses_|lk_ref_|eyJ/);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await live()).toBe(0);
    const { deviceToken } = answer.data?.resetPassword as { deviceToken: string };
    expect(outcomeOf(await stage.a.client.with({ token: deviceToken }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
    expect(outcomeOf(await attempt.refresh(stage.a.client, deviceToken))).toBe("SESSION_ENDED");
  });
});
