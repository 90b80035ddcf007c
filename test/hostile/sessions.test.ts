import { describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import type { Client } from "../support/client.js";
import {
  AcceptInvitationDocument,
  ChangePasswordDocument,
  DeleteAccountDocument,
  InviteDocument,
  LogInDocument,
  LogOutDocument,
  MeDocument,
  ReauthenticateDocument,
  type TokensFragment,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { probesOf, send, withValueAt } from "../support/probe.js";

const fixture = hostileFixture();

const requireRefresh = async (client: Client, refreshToken: string): Promise<TokensFragment> => {
  const { data, text } = await attempt.refresh(client, refreshToken);
  if (data?.refreshSession.__typename !== "LoggedIn") throw new Error(text);
  return data.refreshSession;
};
const outcomeOfRefresh = async (client: Client, refreshToken: string) => outcomeOf(await attempt.refresh(client, refreshToken));
const outcomeOfMe = async (client: Client, token: string) => outcomeOf(await client.with({ token }).run(MeDocument, {}));

/** Operations that need a session: those that refuse a caller without one. */
async function findSessionOperations() {
  const probes = probesOf("authentication");
  const outcomes = await Promise.all(probes.map((probe) => send(fixture.a.client, probe).then(outcomeOf)));
  return probes.filter((_, index) => outcomes[index] === "UNAUTHENTICATED");
}

describe("refresh tokens", () => {
  it("SE-02 refresh - a token two rotations old - ends the session with all its tokens, and no other session", async () => {
    const { client } = fixture.a;
    const person = await fixture.signUpPerson();
    const other = await requireLogIn(client, person.email);
    const second = await requireRefresh(client, person.tokens.refreshToken);
    const third = await requireRefresh(client, second.refreshToken);
    const fourth = await requireRefresh(client, third.refreshToken);
    expect(await outcomeOfRefresh(client, second.refreshToken)).toBe("SESSION_ENDED");
    expect(await outcomeOfRefresh(client, fourth.refreshToken)).toBe("SESSION_ENDED");
    for (const { sessionToken } of [third, fourth]) expect(await outcomeOfMe(client, sessionToken)).toBe("UNAUTHENTICATED");
    const events = await fixture.gateway.query("SELECT id FROM audit_events WHERE event = 'REFRESH_TOKEN_REUSED' AND actor = ?", [
      person.tokens.user.id,
    ]);
    expect(events).toHaveLength(1);
    await requireRefresh(client, other.refreshToken);
  });

  it("SE-02 refresh - one old token ten times at once - one session ends, and one reuse event is recorded", async () => {
    const { client } = fixture.a;
    const { tokens } = await fixture.signUpPerson();
    await requireRefresh(client, (await requireRefresh(client, tokens.refreshToken)).refreshToken);
    const replays = Array.from({ length: 10 }, () => outcomeOfRefresh(client, tokens.refreshToken));
    expect(new Set(await Promise.all(replays))).toEqual(new Set(["SESSION_ENDED"]));
    const alarms = await fixture.gateway.query("SELECT id FROM audit_events WHERE event = 'REFRESH_TOKEN_REUSED' AND actor = ?", [
      tokens.user.id,
    ]);
    expect(alarms).toHaveLength(1);
  });

  it("SE-07 refresh - with another application's key or none - is rejected and does not end the session", async () => {
    const { tokens } = await fixture.signUpPerson();
    await fixture.expectUnchanged(async () => {
      for (const { client } of [fixture.b, fixture.a2]) expect(await outcomeOfRefresh(client, tokens.refreshToken)).toBe("SESSION_ENDED");
      expect(await outcomeOfRefresh(fixture.gateway.client(), tokens.refreshToken)).toBe("UNAUTHENTICATED");
    });
    await requireRefresh(fixture.a.client, tokens.refreshToken);
  });

  it("SE-23 refresh - altered, doubled, oversized or foreign text - is rejected quickly and ends no session", async () => {
    const { tokens } = await fixture.signUpPerson();
    const token = tokens.refreshToken;
    const flip = (index: number) => token.slice(0, index) + (token[index] === "A" ? "B" : "A") + token.slice(index + 1);
    const mutilated = [
      ...[0, 3, 7, 20, 40, 60, 80, token.length - 1].map(flip),
      ...[
        token.slice(0, -1),
        `${token}A`,
        `${token}=`,
        ` ${token}`,
        `${token}\n`,
        token.toUpperCase(),
        token.replace("lk_ref_", "lk_ses_"),
      ],
      ...[token.replace("lk_ref_", ""), token + token, "", "lk_ref_", `lk_ref_${"A".repeat(9_000)}`, "lk_ref_é漢💥", `${token}\u200b`],
    ];
    await fixture.expectUnchanged(async () => {
      for (const text of mutilated) expect(["SESSION_ENDED", "BAD_USER_INPUT"]).toContain(await outcomeOfRefresh(fixture.a.client, text));
    });
    await requireRefresh(fixture.a.client, token);
  });
});

describe("tokens used as another kind", () => {
  it("SE-08 every operation that needs a session - tokens of every other kind as bearer token - are rejected and change nothing", async () => {
    const { tokens } = await fixture.signUpPerson();
    const ticket = await beginSignUp(fixture.a.client, uniqueEmail());
    const others = [tokens.refreshToken, tokens.jwt, tokens.deviceToken ?? "", ticket, fixture.a.appKey, fixture.a.secretKey];
    const operations = await findSessionOperations();
    expect(operations.length).toBeGreaterThan(12);
    await fixture.expectUnchanged(async () => {
      for (const token of others)
        for (const probe of operations)
          expect([probe.name, outcomeOf(await send(fixture.a.client.with({ token }), probe))]).toEqual([probe.name, "UNAUTHENTICATED"]);
    });
    expect(await outcomeOfMe(fixture.a.client, tokens.sessionToken)).toBe("data");
  });

  it("SE-08 refresh, codes, tickets and device tokens - tokens of every other kind in their place - are rejected", async () => {
    const { email, tokens } = await fixture.signUpPerson();
    const others = [tokens.sessionToken, tokens.jwt, tokens.deviceToken ?? "", fixture.a.appKey, fixture.a.secretKey];
    const places = probesOf("authentication").flatMap((probe) =>
      probe.positions.filter(({ path }) => /^(code|ticket|refreshToken)$/.test(path.at(-1) ?? "")).map(({ path }) => ({ probe, path })),
    );
    expect(places.length).toBeGreaterThan(4);
    await fixture.expectUnchanged(async () => {
      for (const { probe, path } of places)
        for (const token of [...others, ...(path.at(-1) === "refreshToken" ? [] : [tokens.refreshToken])]) {
          const answer = await send(fixture.a.client, probe, (variables) => withValueAt(variables, path, token));
          expect([probe.name, outcomeOf(answer)]).toEqual([
            probe.name,
            expect.stringMatching(/^(SESSION_ENDED|CHALLENGE_ENDED|INVALID_CODE|UNAUTHENTICATED|BAD_USER_INPUT)$/),
          ]);
        }
    });
    for (const token of others)
      expect(outcomeOf(await attempt.logIn(fixture.a.client, email, "not the password", token))).not.toBe("LoggedIn");
  });

  it("SE-17 log in - an attacker's session, device and refresh tokens in header, cookie and address - new tokens are issued", async () => {
    const attacker = await fixture.signUpPerson();
    const { email } = await fixture.signUpPerson();
    const { sessionToken, refreshToken, deviceToken } = attacker.tokens;
    const cookie = `latchkey_session=${sessionToken}; __Host-latchkey_session=${sessionToken}; sid=${refreshToken}`;
    const client = fixture.a.client.with({ token: sessionToken, headers: { cookie, "x-session-id": "1", "x-device-token": "2" } });
    const { data, headers } = await client.run(LogInDocument, { input: { handle: { email }, password: PASSWORD, deviceToken } });
    if (data?.logIn.__typename !== "LoggedIn") throw new Error("refused");
    const known = new Set([sessionToken, refreshToken, deviceToken]);
    const { logIn: made } = data;
    for (const token of [made.sessionToken, made.refreshToken, made.deviceToken]) expect(known.has(token)).toBe(false);
    expect(headers.get("set-cookie")).toBeNull();
    expect(made.user.email).toBe(email);
    expect((await attacker.client.expect(MeDocument, {})).me?.email).toBe(attacker.email);
  });
});

describe("end of sessions", () => {
  it("SE-10 log out - one of two sessions - ends exactly that one", async () => {
    const person = await fixture.signUpPerson();
    const second = await requireLogIn(fixture.a.client, person.email);
    expect(outcomeOf(await fixture.a.client.with({ token: second.sessionToken }).run(LogOutDocument, {}))).toBe("data");
    expect(await outcomeOfMe(fixture.a.client, second.sessionToken)).toBe("UNAUTHENTICATED");
    expect(await outcomeOfRefresh(fixture.a.client, second.refreshToken)).toBe("SESSION_ENDED");
    expect(await outcomeOfMe(fixture.a.client, person.tokens.sessionToken)).toBe("data");
  });

  it("SE-12 delete account - another person signs up with the address - nothing of the old account is accepted or visible", async () => {
    const { client } = fixture.a;
    const old = await fixture.signUpPerson();
    await attempt.forgot(client, old.email);
    const resetCode = await fixture.gateway.mails.nextCode(old.email);
    expect(outcomeOf(await old.client.run(DeleteAccountDocument, {}))).toBe("AccountDeleted");
    expect((await fixture.gateway.mails.next(old.email)).subject).toContain("deleted");
    const heir = await signUpPerson(fixture.gateway, fixture.a, old.email, { password: "the password of the heir" });
    expect(heir.tokens.user.id).not.toBe(old.tokens.user.id);
    expect(heir.tokens.user.metadata).toEqual({});
    expect(await outcomeOfMe(client, old.tokens.sessionToken)).toBe("UNAUTHENTICATED");
    expect(await outcomeOfRefresh(client, old.tokens.refreshToken)).toBe("SESSION_ENDED");
    expect(outcomeOf(await attempt.reset(client, old.email, resetCode, "chosen by the one before"))).toBe("INVALID_CODE");
    expect(outcomeOf(await attempt.logIn(client, old.email, PASSWORD, old.tokens.deviceToken))).toBe("INVALID_CREDENTIALS");
    const { me } = await heir.client.expect(MeDocument, {});
    expect(me?.sessions).toHaveLength(1);
  });

  it("SE-13 delete account - old session alone, wrong password - is rejected and deletes nothing", async () => {
    const { client } = await fixture.signUpPerson();
    fixture.gateway.clock.move({ minutes: 6 });
    await fixture.expectUnchanged(async () => {
      expect(outcomeOf(await client.run(DeleteAccountDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
      for (const password of ["wrong password", "", PASSWORD.toUpperCase()])
        expect(outcomeOf(await client.run(ReauthenticateDocument, { input: { password } }))).toMatch(
          /^(INVALID_CREDENTIALS|BAD_USER_INPUT)$/,
        );
      expect(outcomeOf(await client.run(DeleteAccountDocument, {}))).toBe("REAUTHENTICATION_REQUIRED");
    });
    expect(outcomeOf(await client.run(MeDocument, {}))).toBe("data");
  });

  it("SE-14 IN-12 sessions - application suspended, then deleted - its tokens and codes are rejected; those of another application keep working", async () => {
    const { gateway } = fixture;
    const doomed = await gateway.createApplication("Doomed");
    const person = await signUpPerson(gateway, doomed);
    const neighbour = await signUpPerson(gateway, fixture.a2);
    const waiting = uniqueEmail();
    const ticket = await beginSignUp(doomed.client, waiting);
    const code = await gateway.mails.nextCode(waiting);
    const invited = uniqueEmail();
    await person.client.expect(InviteDocument, { input: { handle: { email: invited } } });
    const invitation = { handle: { email: invited }, code: await gateway.mails.nextCode(invited), password: PASSWORD };
    const outcomes = async () => [
      await outcomeOfMe(doomed.client, person.tokens.sessionToken),
      await outcomeOfRefresh(doomed.client, person.tokens.refreshToken),
      outcomeOf(await attempt.complete(doomed.client, waiting, code, ticket)),
      outcomeOf(await doomed.client.run(AcceptInvitationDocument, { input: invitation })),
      outcomeOf(await person.client.run(InviteDocument, { input: { handle: { email: uniqueEmail() } } })),
      outcomeOf(await attempt.logIn(doomed.client, person.email, PASSWORD)),
    ];
    await gateway.configure(doomed.id, "general.status=SUSPENDED");
    expect(new Set(await outcomes())).toEqual(new Set(["UNAUTHENTICATED"]));
    expect(await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), doomed.id)).toBe(true);
    expect(new Set(await outcomes())).toEqual(new Set(["UNAUTHENTICATED"]));
    expect(await gateway.query("SELECT id FROM users WHERE email IN (?, ?)", [waiting, invited])).toEqual([]);
    expect(await outcomeOfMe(fixture.a2.client, neighbour.tokens.sessionToken)).toBe("data");
    await requireRefresh(fixture.a2.client, neighbour.tokens.refreshToken);
  });

  it("PW-15 change password - with an earlier device token - the new password is required, other devices' sessions have ended", async () => {
    const person = await fixture.signUpPerson();
    const other = await requireLogIn(fixture.a.client, person.email);
    const input = { currentPassword: PASSWORD, newPassword: fixture.registerSecret("the newest of all passwords") };
    expect(outcomeOf(await person.client.run(ChangePasswordDocument, { input }))).toBe("PasswordChanged");
    expect(await outcomeOfRefresh(fixture.a.client, other.refreshToken)).toBe("SESSION_ENDED");
    expect(outcomeOf(await attempt.logIn(fixture.a.client, person.email, PASSWORD, other.deviceToken))).toBe("INVALID_CREDENTIALS");
    await requireLogIn(fixture.a.client, person.email, input.newPassword);
  });
});
