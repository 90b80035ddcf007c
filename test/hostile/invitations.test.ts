import { describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import {
  AcceptInvitationDocument,
  InvitationsDocument,
  InviteDocument,
  ResendInvitationDocument,
  RevokeInvitationDocument,
} from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf, wrongCodeFor } from "../support/hostile-fixture.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

const invite = async (client: Client, email: string, more: object = {}) =>
  outcomeOf(await client.run(InviteDocument, { input: { handle: { email }, ...more } }));
const accept = async (client: Client, email: string, code: string, password = PASSWORD) =>
  outcomeOf(await client.run(AcceptInvitationDocument, { input: { handle: { email }, code, password } }));
async function inviteGuest(host: TestPerson, email = uniqueEmail("guest-")) {
  expect(await invite(host.client, email)).toBe("InvitationSent");
  return { email, code: await fixture.gateway.mails.nextCode(email) };
}
const invitationRowOf = async (email: string) =>
  (await fixture.gateway.query<{ id: string; inviter_id: string }>("SELECT id, inviter_id FROM invitations WHERE email = ?", [email]))[0];

describe("sending invitations", () => {
  it("IN-01 invite - without a session, or with tokens of other kinds - is rejected and sends no mail", async () => {
    const { tokens } = await fixture.signUpPerson();
    const email = uniqueEmail();
    await fixture.expectUnchanged(async () => {
      for (const token of [undefined, tokens.refreshToken, tokens.jwt, tokens.deviceToken ?? "", fixture.a.appKey, "x"])
        expect(await invite(fixture.a.client.with({ token }), email)).toBe("UNAUTHENTICATED");
    });
    expect(fixture.gateway.mails.countTo(email)).toBe(0);
  });

  it("IN-02 invite - with another user as sender - is rejected; the session's user is the inviter", async () => {
    const [host, other] = [await fixture.signUpPerson(), await fixture.signUpPerson()];
    const email = uniqueEmail();
    for (const name of ["senderId", "inviter", "inviterId", "from", "userId"])
      expect(await invite(host.client, email, { [name]: other.tokens.user.id })).toBe("BAD_USER_INPUT");
    await inviteGuest(host, email);
    expect((await invitationRowOf(email))?.inviter_id).toBe(host.tokens.user.id);
  });

  it("IN-18 invitations - another user's, listed, resent or revoked - are rejected like unknown ones", async () => {
    const [host, other] = [await fixture.signUpPerson(), await fixture.signUpPerson()];
    const { email, code } = await inviteGuest(host);
    const id = (await invitationRowOf(email))?.id ?? "";
    await fixture.expectUnchanged(async () => {
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
    expect(await accept(fixture.a.client, email, code)).toBe("LoggedIn");
  });

  it("IN-10 invite - one hundred in an hour - stop at the user's limit, and so do the mails", async () => {
    const host = await fixture.signUpPerson();
    const emails = Array.from({ length: 100 }, () => uniqueEmail("many-"));
    const outcomes: string[] = [];
    for (const email of emails) outcomes.push(await invite(host.client, email));
    expect(outcomes).toEqual([...Array(5).fill("InvitationSent"), ...Array(95).fill("TOO_MANY_ATTEMPTS")]);
    for (const email of emails.slice(0, 5)) await fixture.gateway.mails.nextCode(email);
    expect(emails.filter((email) => fixture.gateway.mails.countTo(email) > 0)).toHaveLength(5);
  });

  it("IN-11 one external address - invited from ten applications by twenty users - gets mails up to its limit, and the answers reveal nothing", async () => {
    const email = uniqueEmail("mobbed-");
    const outcomes: string[] = [];
    for (let index = 0; index < 10; index++) {
      const application = await fixture.gateway.createApplication(`Mob ${index}`, "signUp.flow=NONE");
      for (let user = 0; user < 2; user++) {
        const { data } = await attempt.signUp(application.client, uniqueEmail());
        if (data?.signUp.__typename !== "LoggedIn") throw new Error("no inviter");
        outcomes.push(await invite(application.client.with({ token: data.signUp.sessionToken }), email));
      }
    }
    expect(outcomes.filter((outcome) => outcome === "InvitationSent")).toHaveLength(10);
    expect(new Set(outcomes.slice(10))).toEqual(new Set(["TOO_MANY_ATTEMPTS"]));
    await fixture.gateway.mails.waitUntil(() => fixture.gateway.mails.countTo(email) === 10, "ten mails");
  });
});

describe("accepting invitations", () => {
  it("IN-03 IN-04 IN-07 code - with similar addresses, another application's key, or consumed - is rejected; capitals make no difference", async () => {
    const host = await fixture.signUpPerson();
    const { email, code } = await inviteGuest(host);
    const [local = "", domain = ""] = email.split("@");
    const others = [
      uniqueEmail(),
      `${local}\u200b@${domain}`,
      `${local.replace("e", "\u0435")}@${domain}`,
      `${local}+1@${domain}`,
      `${email}.`,
      `"${local}"@${domain}`,
    ];
    const users = await fixture.countUsers();
    for (const other of others) expect([other, await accept(fixture.a.client, other, code)]).toEqual([other, "INVALID_CODE"]);
    for (const { client } of [fixture.b, fixture.a2]) expect(await accept(client, email, code)).toBe("INVALID_CODE");
    expect(await fixture.countUsers()).toBe(users);
    expect(await accept(fixture.a.client, email.toUpperCase(), code)).toBe("LoggedIn");
    expect(await accept(fixture.a.client, email, code, "another password of this user")).toBe("INVALID_CODE");
    expect(await fixture.countUsers()).toBe(users + 1);
    await requireLogIn(fixture.a.client, email);
  });

  it("IN-05 IN-06 code - after five wrong attempts, or one second after expiry - is rejected; a new invitation works", async () => {
    const host = await fixture.signUpPerson();
    const { email, code } = await inviteGuest(host);
    for (let guess = 0; guess < 5; guess++) expect(await accept(fixture.a.client, email, wrongCodeFor(code))).toBe("INVALID_CODE");
    expect(await accept(fixture.a.client, email, code)).toBe("INVALID_CODE");
    fixture.gateway.clock.move({ minutes: 2 });
    const again = await inviteGuest(host, email);
    fixture.gateway.clock.move({ hours: 168, seconds: 1 });
    expect(await accept(fixture.a.client, email, again.code)).toBe("INVALID_CODE");
    const rested = await fixture.signUpPerson();
    const last = await inviteGuest(rested, email);
    expect(await accept(fixture.a.client, email, last.code)).toBe("LoggedIn");
  });

  it("IN-09 IN-12 code - inviter suspended since, or invitations disabled - is rejected", async () => {
    const { gateway } = fixture;
    const own = await gateway.createApplication("Closing");
    const [host, rogue] = [await signUpPerson(gateway, own), await signUpPerson(gateway, own)];
    const [fair, foul] = [await inviteGuest(host), await inviteGuest(rogue)];
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [rogue.tokens.user.id]);
    expect(await accept(own.client, foul.email, foul.code)).toBe("INVALID_CODE");
    await gateway.configure(own.id, "invitation.enabled=false");
    expect(await accept(own.client, fair.email, fair.code)).toBe("INVITATIONS_CLOSED");
    expect(await invite(host.client, uniqueEmail())).toBe("INVITATIONS_CLOSED");
    expect(await fixture.countUsers(own)).toBe(2);
    await gateway.configure(own.id, "invitation.enabled=true");
    expect(await accept(own.client, fair.email, fair.code)).toBe("LoggedIn");
  });

  it("IN-16 accept - seven characters, a common password, 73 bytes - follows the rules of sign-up; the code is not consumed", async () => {
    const host = await fixture.signUpPerson();
    const { email, code } = await inviteGuest(host);
    for (const password of ["sevenen", "password1234", "\u6f22".repeat(400)])
      expect(await accept(fixture.a.client, email, code, password)).toMatch(/^(PASSWORD_REFUSED|BAD_USER_INPUT)$/);
    const long = fixture.registerSecret(`${"long password ".repeat(5)}xyz`);
    expect(long).toHaveLength(73);
    expect(await accept(fixture.a.client, email, code, long)).toBe("LoggedIn");
    await requireLogIn(fixture.a.client, email, long);
    expect(outcomeOf(await attempt.logIn(fixture.a.client, email, long.slice(0, 72)))).toBe("INVALID_CREDENTIALS");
  });

  it("CL-42 sign up - link and code of one mail - the second is rejected, and there is one user", async () => {
    const own = await fixture.gateway.createApplication("Both");
    const email = uniqueEmail();
    const ticket = await beginSignUp(own.client, email);
    const { text } = await fixture.gateway.mails.next(email);
    const code = /^(\d{6})$/m.exec(text)?.[1] ?? "";
    const link = new URL(/http\S+\/links\/\S+/.exec(text)?.[0] ?? "");
    expect((await fixture.fetch(link.pathname, { method: "POST" })).status).toBe(200);
    expect(outcomeOf(await attempt.complete(own.client, email, code, ticket))).toBe("INVALID_CODE");
    expect((await fixture.fetch(link.pathname, { method: "POST" })).status).toBe(404);
    expect(await fixture.countUsers(own)).toBe(1);
    await requireLogIn(own.client, email);
  });
});
