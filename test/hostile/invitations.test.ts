import { describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import {
  AcceptInvitationDocument,
  InvitationsDocument,
  InviteDocument,
  ResendInvitationDocument,
  RevokeInvitationDocument,
} from "../support/generated/authentication.js";
import { attempt, hostile, otherThan, outcomeOf } from "../support/hostile.js";
import { beginSignUp, freshEmail, PASSWORD, requireLogIn, signUpPerson, type TestPerson } from "../support/people.js";

const stage = hostile();

const invite = async (client: Client, email: string, more: object = {}) =>
  outcomeOf(await client.run(InviteDocument, { input: { handle: { email }, ...more } }));
const accept = async (client: Client, email: string, code: string, password = PASSWORD) =>
  outcomeOf(await client.run(AcceptInvitationDocument, { input: { handle: { email }, code, password } }));
async function invited(host: TestPerson, email = freshEmail("guest-")) {
  expect(await invite(host.client, email)).toBe("InvitationSent");
  return { email, code: await stage.gateway.mails.nextCode(email) };
}
const idOf = async (email: string) =>
  (await stage.gateway.query<{ id: string; inviter_id: string }>("SELECT id, inviter_id FROM invitations WHERE email = ?", [email]))[0];

describe("who invites", () => {
  it("IN-01 invite - without a session, or with tokens of other kinds - is refused and mails nobody", async () => {
    const { tokens } = await stage.person();
    const email = freshEmail();
    await stage.unchanged(async () => {
      for (const token of [undefined, tokens.refreshToken, tokens.jwt, tokens.deviceToken ?? "", stage.a.appKey, "x"])
        expect(await invite(stage.a.client.with({ token }), email)).toBe("UNAUTHENTICATED");
    });
    expect(stage.gateway.mails.countTo(email)).toBe(0);
  });

  it("IN-02 invite - in somebody else's name - is refused; who holds the session is the inviter", async () => {
    const [host, other] = [await stage.person(), await stage.person()];
    const email = freshEmail();
    for (const name of ["senderId", "inviter", "inviterId", "from", "userId"])
      expect(await invite(host.client, email, { [name]: other.tokens.user.id })).toBe("BAD_USER_INPUT");
    await invited(host, email);
    expect((await idOf(email))?.inviter_id).toBe(host.tokens.user.id);
  });

  it("IN-18 invitations - another user's, listed, resent or revoked - are refused like one nobody has", async () => {
    const [host, other] = [await stage.person(), await stage.person()];
    const { email, code } = await invited(host);
    const id = (await idOf(email))?.id ?? "";
    await stage.unchanged(async () => {
      const texts = new Set<string>();
      for (const invitationId of [id, "5a8e0c52-41f4-4b8e-9d0e-6f1f0c9a7b21"])
        for (const document of [ResendInvitationDocument, RevokeInvitationDocument])
          texts.add(
            (await other.client.run(document as typeof RevokeInvitationDocument, { input: { invitationId } })).text.replace(
              /resend|revoke/,
              "",
            ),
          );
      expect(texts.size).toBe(1);
      expect([...texts][0]).toContain("FORBIDDEN");
      expect((await other.client.expect(InvitationsDocument, { first: 100 })).me?.invitations.edges).toEqual([]);
    });
    expect(await accept(stage.a.client, email, code)).toBe("LoggedIn");
  });

  it("IN-10 invite - a hundred in an hour - stop at the user's budget, and so do the mails", async () => {
    const host = await stage.person();
    const emails = Array.from({ length: 100 }, () => freshEmail("many-"));
    const outcomes: string[] = [];
    for (const email of emails) outcomes.push(await invite(host.client, email));
    expect(outcomes).toEqual([...Array(5).fill("InvitationSent"), ...Array(95).fill("TOO_MANY_ATTEMPTS")]);
    for (const email of emails.slice(0, 5)) await stage.gateway.mails.nextCode(email);
    expect(emails.filter((email) => stage.gateway.mails.countTo(email) > 0)).toHaveLength(5);
  });

  it("IN-11 one outside address - invited from ten applications by twenty people - gets the mails of its budget, and the answers tell nothing", async () => {
    const email = freshEmail("mobbed-");
    const outcomes: string[] = [];
    for (let index = 0; index < 10; index++) {
      const application = await stage.gateway.createApplication(`Mob ${index}`, "signUp.flow=NONE");
      for (let user = 0; user < 2; user++) {
        const { data } = await attempt.signUp(application.client, freshEmail());
        if (data?.signUp.__typename !== "LoggedIn") throw new Error("no inviter");
        outcomes.push(await invite(application.client.with({ token: data.signUp.sessionToken }), email));
      }
    }
    expect(outcomes.filter((outcome) => outcome === "InvitationSent")).toHaveLength(10);
    expect(new Set(outcomes.slice(10))).toEqual(new Set(["TOO_MANY_ATTEMPTS"]));
    await stage.gateway.mails.until(() => stage.gateway.mails.countTo(email) === 10, "ten mails");
  });
});

describe("what a code opens", () => {
  it("IN-03 IN-04 IN-07 code - with look-alikes of the address, another application's key, or used - is refused; in capitals it is the address", async () => {
    const host = await stage.person();
    const { email, code } = await invited(host);
    const [local = "", domain = ""] = email.split("@");
    const others = [
      freshEmail(),
      `${local}\u200b@${domain}`,
      `${local.replace("e", "\u0435")}@${domain}`,
      `${local}+1@${domain}`,
      `${email}.`,
      `"${local}"@${domain}`,
    ];
    const users = await stage.countUsers();
    for (const other of others) expect([other, await accept(stage.a.client, other, code)]).toEqual([other, "INVALID_CODE"]);
    for (const { client } of [stage.b, stage.a2]) expect(await accept(client, email, code)).toBe("INVALID_CODE");
    expect(await stage.countUsers()).toBe(users);
    expect(await accept(stage.a.client, email.toUpperCase(), code)).toBe("LoggedIn");
    expect(await accept(stage.a.client, email, code, "another password of somebody")).toBe("INVALID_CODE");
    expect(await stage.countUsers()).toBe(users + 1);
    await requireLogIn(stage.a.client, email);
  });

  it("IN-05 IN-06 code - after five wrong ones, or a second late - is refused; inviting anew works", async () => {
    const host = await stage.person();
    const { email, code } = await invited(host);
    for (let guess = 0; guess < 5; guess++) expect(await accept(stage.a.client, email, otherThan(code))).toBe("INVALID_CODE");
    expect(await accept(stage.a.client, email, code)).toBe("INVALID_CODE");
    stage.gateway.clock.move({ minutes: 2 });
    const again = await invited(host, email);
    stage.gateway.clock.move({ hours: 168, seconds: 1 });
    expect(await accept(stage.a.client, email, again.code)).toBe("INVALID_CODE");
    const rested = await stage.person();
    const last = await invited(rested, email);
    expect(await accept(stage.a.client, email, last.code)).toBe("LoggedIn");
  });

  it("IN-09 IN-12 code - of an inviter suspended since, or of an application that takes no invitations now - lets nobody in", async () => {
    const { gateway } = stage;
    const own = await gateway.createApplication("Closing");
    const [host, rogue] = [await signUpPerson(gateway, own), await signUpPerson(gateway, own)];
    const [fair, foul] = [await invited(host), await invited(rogue)];
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [rogue.tokens.user.id]);
    expect(await accept(own.client, foul.email, foul.code)).toBe("INVALID_CODE");
    await gateway.configure(own.id, "invitation.enabled=false");
    expect(await accept(own.client, fair.email, fair.code)).toBe("INVITATIONS_CLOSED");
    expect(await invite(host.client, freshEmail())).toBe("INVITATIONS_CLOSED");
    expect(await stage.countUsers(own)).toBe(2);
    await gateway.configure(own.id, "invitation.enabled=true");
    expect(await accept(own.client, fair.email, fair.code)).toBe("LoggedIn");
  });

  it("IN-16 accept - seven characters, a common password, 73 bytes - as at sign-up; the code is not used up", async () => {
    const host = await stage.person();
    const { email, code } = await invited(host);
    for (const password of ["sevenen", "password1234", "\u6f22".repeat(400)])
      expect(await accept(stage.a.client, email, code, password)).toMatch(/^(PASSWORD_REFUSED|BAD_USER_INPUT)$/);
    const long = stage.secret(`${"long password ".repeat(5)}xyz`);
    expect(long).toHaveLength(73);
    expect(await accept(stage.a.client, email, code, long)).toBe("LoggedIn");
    await requireLogIn(stage.a.client, email, long);
    expect(outcomeOf(await attempt.logIn(stage.a.client, email, long.slice(0, 72)))).toBe("INVALID_CREDENTIALS");
  });

  it("CL-42 sign up - link and code of one mail - the second is refused, and there is one user", async () => {
    const own = await stage.gateway.createApplication("Both");
    const email = freshEmail();
    const ticket = await beginSignUp(own.client, email);
    const { text } = await stage.gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(text)?.[1] ?? "";
    const link = new URL(/http\S+\/links\/\S+/.exec(text)?.[0] ?? "");
    expect((await stage.fetch(link.pathname, { method: "POST" })).status).toBe(200);
    expect(outcomeOf(await attempt.complete(own.client, email, code, ticket))).toBe("INVALID_CODE");
    expect((await stage.fetch(link.pathname, { method: "POST" })).status).toBe(404);
    expect(await stage.countUsers(own)).toBe(1);
    await requireLogIn(own.client, email);
  });
});
