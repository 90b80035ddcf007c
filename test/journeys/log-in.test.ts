import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import {
  ApplicationDocument,
  IssueJwtDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  RefreshSessionDocument,
} from "../support/generated/authentication.js";
import { logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

describe("log in", () => {
  it("log in - wrong password and unknown handle - identical answers", async () => {
    const person = await signUpPerson(gateway, application);
    const wrong = await application.client.run(LogInDocument, { input: { handle: { email: person.email }, password: "not the password" } });
    const unknown = await application.client.run(LogInDocument, {
      input: { handle: { email: uniqueEmail() }, password: "not the password" },
    });
    expect(wrong.data?.logIn).toMatchObject({ __typename: "InvalidCredentials", code: "INVALID_CREDENTIALS" });
    expect(wrong.text).toBe(unknown.text);
  });

  it("log in - suspended user - is reported after the right password only", async () => {
    const person = await signUpPerson(gateway, application);
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [person.tokens.user.id]);
    expect(await logIn(application.client, person.email, "not the password")).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await logIn(application.client, person.email)).toMatchObject({ __typename: "AccountSuspended", code: "ACCOUNT_SUSPENDED" });
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("log in - same address in two applications - two independent users", async () => {
    const other = await gateway.createApplication("Other");
    const email = uniqueEmail();
    const here = await signUpPerson(gateway, application, email);
    const there = await signUpPerson(gateway, other, email, { password: "quite another password" });
    expect(here.tokens.user.id).not.toBe(there.tokens.user.id);
    expect(await logIn(other.client, email, PASSWORD)).toMatchObject({ __typename: "InvalidCredentials" });
    const crossed = await other.client.with({ token: here.tokens.sessionToken }).run(MeDocument, {});
    expect(crossed.errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });

  it("log in - hash of another cost - is rehashed at log-in and still works", async () => {
    const person = await signUpPerson(gateway, application);
    const costlier = await TestGateway.start({ shareDatabaseOf: gateway, environment: { BCRYPT_COST: "5" } });
    try {
      await requireLogIn(application.client.with({ baseUrl: costlier.url }), person.email);
    } finally {
      await costlier.stop();
    }
    const rows = await gateway.query<{ password_hash: string }>("SELECT password_hash FROM users WHERE id = ?", [person.tokens.user.id]);
    expect(rows[0]?.password_hash).toMatch(/^\$2b\$05\$/);
    await requireLogIn(application.client, person.email);
  });
});

describe("sessions", () => {
  it("application and me - without a session - application is returned together with UNAUTHENTICATED", async () => {
    const answer = await application.client.post<{ application: { name: string }; me: null }>({
      query: "{ application { name } me { id } }",
    });
    expect(answer.status).toBe(200);
    expect(answer.data).toEqual({ application: { name: "Blue Heron" }, me: null });
    expect(answer.errors[0]).toMatchObject({ path: ["me"], extensions: { code: "UNAUTHENTICATED" } });
  });

  it("application - public settings - are readable without a session", async () => {
    const { application: shown } = await application.client.expect(ApplicationDocument, {});
    expect(shown).toMatchObject({
      id: application.id,
      name: "Blue Heron",
      signUp: { enabled: true, flow: "CODE" },
      password: { minimumLength: 10 },
      defaultLocale: "en",
    });
  });

  it("session token - after 15 minutes - is rejected; refresh issues a new one", async () => {
    const person = await signUpPerson(gateway, application);
    gateway.clock.move({ minutes: 15, seconds: 1 });
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, {
      input: { refreshToken: person.tokens.refreshToken },
    });
    if (refreshSession.__typename !== "LoggedIn") throw new Error(JSON.stringify(refreshSession));
    const { me } = await person.client.with({ token: refreshSession.sessionToken }).expect(MeDocument, {});
    expect(me?.id).toBe(person.tokens.user.id);
  });

  it("SE-01 SE-03 refresh - same token inside the grace - identical successor; once that is exchanged, the session ends", async () => {
    const person = await signUpPerson(gateway, application);
    const refresh = async (refreshToken: string) =>
      (await application.client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
    const first = await refresh(person.tokens.refreshToken);
    const again = await refresh(person.tokens.refreshToken);
    if (first.__typename !== "LoggedIn" || again.__typename !== "LoggedIn") throw new Error("refused");
    expect([again.refreshToken, again.sessionToken]).toEqual([first.refreshToken, first.sessionToken]);
    expect(await refresh(first.refreshToken)).toMatchObject({ __typename: "LoggedIn" });
    expect(await refresh(person.tokens.refreshToken)).toMatchObject({ __typename: "SessionEnded", code: "SESSION_ENDED" });
    expect(await refresh(first.refreshToken)).toMatchObject({ __typename: "SessionEnded" });
    const events = await gateway.query("SELECT event FROM audit_events WHERE actor = ? AND event = 'REFRESH_TOKEN_REUSED'", [
      person.tokens.user.id,
    ]);
    expect(events).toHaveLength(1);
  });

  it("SE-15 refresh - idle and absolute lifetime - cannot be extended by rotation", async () => {
    const own = await gateway.createApplication("Short", "session.idleDays=2", "session.absoluteDays=5");
    const person = await signUpPerson(gateway, own);
    let { refreshToken } = person.tokens;
    const refresh = async () => (await own.client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
    for (let day = 0; day < 4; day++) {
      gateway.clock.move({ days: 1, hours: 0 });
      const answer = await refresh();
      if (answer.__typename !== "LoggedIn") throw new Error(`day ${day}`);
      refreshToken = answer.refreshToken;
    }
    gateway.clock.move({ days: 1, seconds: 1 });
    expect(await refresh()).toMatchObject({ __typename: "SessionEnded" });
    const idle = await signUpPerson(gateway, own);
    gateway.clock.move({ days: 2, seconds: 1 });
    expect(
      (await own.client.expect(RefreshSessionDocument, { input: { refreshToken: idle.tokens.refreshToken } })).refreshSession,
    ).toMatchObject({ __typename: "SessionEnded" });
  });

  it("issueJwt - live session - new token; an unknown profile is rejected", async () => {
    const person = await signUpPerson(gateway, application);
    const { issueJwt } = await person.client.expect(IssueJwtDocument, { input: {} });
    expect(issueJwt.jwt).not.toBe(person.tokens.jwt);
    const refused = await person.client.run(IssueJwtDocument, { input: { profile: "nope" } });
    expect(refused.errors[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT", path: "input.profile" });
  });

  it("SE-09 log out - expired or ended session token - ends the session once; repeating is harmless", async () => {
    const person = await signUpPerson(gateway, application);
    gateway.clock.move({ hours: 1 });
    expect((await person.client.expect(LogOutDocument, {})).logOut.sessionsEnded).toBe(1);
    expect((await person.client.expect(LogOutDocument, {})).logOut.sessionsEnded).toBe(0);
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, {
      input: { refreshToken: person.tokens.refreshToken },
    });
    expect(refreshSession).toMatchObject({ __typename: "SessionEnded" });
    expect((await application.client.run(LogOutDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});
