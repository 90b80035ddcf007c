import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  AcceptInvitationDocument,
  type AcceptInvitationInput,
  CompleteSignUpDocument,
  DeleteAccountDocument,
  InvitationsDocument,
  InviteDocument,
  type InviteInput,
  ResendInvitationDocument,
  RevokeInvitationDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, PASSWORD, requireLogIn, signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
const FIELDS = [
  { path: "name", required: true },
  { path: "team", setBy: "INVITER", allowedValues: ["red", "blue"] },
  { path: "level", setBy: "INVITER", type: "NUMBER" },
  { path: "role", setBy: "DEVELOPER", default: "member" },
];

let application: TestApplication;
let inviter: TestPerson;
beforeAll(async () => {
  application = await gateway.createApplication(
    "Blue Heron",
    `metadata.fields=${JSON.stringify(FIELDS)}`,
    "links.invitationUrl=https://heron.example/join",
  );
  inviter = await signUpPerson(gateway, application, uniqueEmail("host"), { metadata: { name: "Host" } });
});

const invite = async (email: string, more: Partial<InviteInput> = {}, { client } = inviter) =>
  (await client.expect(InviteDocument, { input: { handle: { email }, ...more } })).invite;
const requireInvitation = async (email: string, more: Partial<InviteInput> = {}, from = inviter) => {
  const answer = await invite(email, more, from);
  if (answer.__typename !== "InvitationSent") throw new Error(JSON.stringify(answer));
  return answer.invitation;
};
const accept = async (email: string, code: string, more: Partial<AcceptInvitationInput> = {}, { client } = application) =>
  (
    await client.expect(AcceptInvitationDocument, {
      input: { handle: { email }, code, password: PASSWORD, metadata: { name: "Guest" }, ...more },
    })
  ).acceptInvitation;
const wrongCodeFor = (code: string) => (code === "00000000" ? "00000001" : "00000000");
const freshInviter = () => signUpPerson(gateway, application, uniqueEmail("host"), { metadata: { name: "Host" } });

describe("invitations", () => {
  it("invite and accept - mailed code - creates the user with the metadata of both, and logs in", async () => {
    const email = uniqueEmail("guest");
    const invitation = await requireInvitation(email, { metadata: { team: "red" } });
    expect(invitation).toMatchObject({ email, status: "PENDING", metadata: { team: "red" } });
    const mail = await gateway.mails.next(email);
    const code = /^(\d{8})$/m.exec(mail.text)?.[1] ?? "";
    expect(mail.text).toContain(`https://heron.example/join#code=${code}`);
    expect(mail.text.indexOf(code)).toBeLessThan(mail.text.indexOf("https:"));
    const joined = await accept(email, code);
    if (joined.__typename !== "LoggedIn") throw new Error(JSON.stringify(joined));
    expect(joined.user).toMatchObject({ email, metadata: { name: "Guest", team: "red", role: "member" } });
    expect(JSON.parse(Buffer.from(joined.jwt.split(".")[1] ?? "", "base64url").toString())).toMatchObject({
      name: "Guest",
      team: "red",
      role: "member",
    });
    await requireLogIn(application.client, email);
    expect(await accept(email, code)).toMatchObject({ __typename: "InvalidCode" });
    const { me } = await inviter.client.expect(InvitationsDocument, { first: 20 });
    expect(me?.invitations.edges[0]?.node).toMatchObject({ id: invitation.id, status: "ACCEPTED" });
  });

  it("IN-14 invite - metadata permissions - a user sets inviter fields with allowed values, and no role; the guest sets neither", async () => {
    const host = await freshInviter();
    const reasons = async (metadata: object) => {
      const answer = await invite(uniqueEmail(), { metadata: metadata as never }, host);
      return answer.__typename === "MetadataRefused" ? answer.fields.map(({ path, reason }) => `${path} ${reason}`) : answer.__typename;
    };
    expect(await reasons({ role: "admin" })).toEqual(["role NOT_ALLOWED"]);
    expect(await reasons({ team: "green" })).toEqual(["team VALUE"]);
    expect(await reasons({ level: 3 })).toEqual(["level NOT_ALLOWED"]);
    expect(await reasons({ sub: "x" })).toEqual(["sub UNKNOWN"]);
    const email = uniqueEmail();
    await requireInvitation(email, { metadata: { team: "red", name: "Chosen by the host" } }, host);
    const code = await gateway.mails.nextCode(email);
    expect(await accept(email, code, { metadata: { team: "blue" } })).toMatchObject({ __typename: "MetadataRefused" });
    expect(await accept(email, code, { metadata: { role: "admin" } })).toMatchObject({ __typename: "MetadataRefused" });
    expect(await accept(email, code, { metadata: {} })).toMatchObject({
      __typename: "LoggedIn",
      user: { metadata: { name: "Chosen by the host", team: "red" } },
    });
  });

  it("IN-16 accept - weak password or missing field - does not consume the code", async () => {
    const email = uniqueEmail();
    await requireInvitation(email, {}, await freshInviter());
    const code = await gateway.mails.nextCode(email);
    for (let index = 0; index < 6; index++) {
      expect(await accept(email, code, { password: "password12" })).toMatchObject({ __typename: "PasswordRefused" });
    }
    expect(await accept(email, code, { metadata: {} })).toMatchObject({
      __typename: "MetadataRefused",
      fields: [{ path: "name", reason: "REQUIRED" }],
    });
    expect(await accept(email, code)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("IN-03 IN-05 IN-07 accept - another address, another application, five wrong codes - rejected; resending sends a new code", async () => {
    const host = await freshInviter();
    const email = uniqueEmail();
    const invitation = await requireInvitation(email, {}, host);
    const code = await gateway.mails.nextCode(email);
    const other = await gateway.createApplication("Other");
    expect(await accept(uniqueEmail(), code)).toMatchObject({ __typename: "InvalidCode" });
    expect(await accept(email, code, { metadata: {} }, other)).toMatchObject({ __typename: "InvalidCode" });
    for (let index = 0; index < 5; index++) expect(await accept(email, wrongCodeFor(code))).toMatchObject({ __typename: "InvalidCode" });
    expect(await accept(email, code)).toMatchObject({ __typename: "InvalidCode" });
    gateway.clock.move({ seconds: 61 });
    const { resendInvitation } = await host.client.expect(ResendInvitationDocument, { input: { invitationId: invitation.id } });
    expect(resendInvitation).toMatchObject({ __typename: "InvitationSent", invitation: { id: invitation.id } });
    expect(await accept(email, await gateway.mails.nextCode(email))).toMatchObject({ __typename: "LoggedIn" });
  });

  it("IN-06 IN-09 accept - revoked, expired, inviter deleted, address registered - the code is rejected", async () => {
    const host = await freshInviter();
    const [revoked, expired, orphaned, registered] = [uniqueEmail(), uniqueEmail(), uniqueEmail(), uniqueEmail()];
    const codes: Record<string, string> = {};
    const ids: Record<string, string> = {};
    for (const email of [revoked, orphaned, registered]) {
      ids[email] = (await requireInvitation(email, {}, host)).id;
      codes[email] = await gateway.mails.nextCode(email);
    }
    const revoke = async (client: TestPerson["client"]) =>
      client.run(RevokeInvitationDocument, { input: { invitationId: ids[revoked] ?? "" } });
    expect((await revoke(inviter.client)).errors[0]?.extensions.code).toBe("FORBIDDEN");
    expect((await revoke(host.client)).data?.revokeInvitation.invitation.status).toBe("REVOKED");
    expect((await revoke(host.client)).data?.revokeInvitation.invitation.status).toBe("REVOKED");
    const ticket = await beginSignUp(application.client, registered, { metadata: { name: "Guest" } });
    const { completeSignUp } = await application.client.expect(CompleteSignUpDocument, {
      input: { handle: { email: registered }, code: await gateway.mails.nextCode(registered), ticket },
    });
    expect(completeSignUp).toMatchObject({ __typename: "LoggedIn" });
    await host.client.expect(DeleteAccountDocument, {});
    for (const email of [revoked, orphaned, registered])
      expect(await accept(email, codes[email] ?? "")).toMatchObject({ __typename: "InvalidCode" });
    await requireInvitation(expired);
    const late = await gateway.mails.nextCode(expired);
    gateway.clock.move({ hours: 169 });
    expect(await accept(expired, late)).toMatchObject({ __typename: "InvalidCode" });
    inviter = { ...inviter, client: inviter.client.with({ token: (await requireLogIn(application.client, inviter.email)).sessionToken }) };
    expect((await inviter.client.expect(InvitationsDocument, { first: 1 })).me?.invitations.edges[0]?.node).toMatchObject({
      email: expired,
      status: "EXPIRED",
    });
  });

  it("delete account - address invited before and after its sign-up - no invitation, code or message to the address remains", async () => {
    const guest = uniqueEmail("guest");
    const hosts = [await freshInviter(), await freshInviter(), await freshInviter()] as const;
    for (const host of hosts.slice(0, 2)) await requireInvitation(guest, {}, host);
    const code = await gateway.mails.nextCode(guest);
    const later = await gateway.mails.nextCode(guest);
    const accepted = await accept(guest, code);
    if (accepted.__typename !== "LoggedIn") throw new Error(accepted.__typename);
    const pending = await requireInvitation(guest, {}, hosts[2]);
    const client = application.client.with({ token: accepted.sessionToken });
    expect((await client.expect(DeleteAccountDocument, {})).deleteAccount).toMatchObject({ __typename: "AccountDeleted" });
    expect((await gateway.mails.next(guest)).subject).toContain("deleted");
    expect(await gateway.query("SELECT status FROM invitations WHERE email = ?", [guest])).toEqual([]);
    expect(await gateway.dump()).not.toContain(guest);
    expect(await accept(guest, later)).toMatchObject({ __typename: "InvalidCode" });
    for (const host of hosts)
      expect((await host.client.expect(InvitationsDocument, { first: 10 })).me?.invitations.edges.map(({ node }) => node.email)).toEqual(
        [],
      );
    const resend = await hosts[2].client.run(ResendInvitationDocument, { input: { invitationId: pending.id } });
    expect(resend.errors[0]?.extensions.code).toBe("FORBIDDEN");
  });

  it("EN-06 invite - registered address - equal answer, no code is mailed and nothing changes", async () => {
    const host = await freshInviter();
    const known = await invite(inviter.email, {}, host);
    const unknown = await invite(uniqueEmail(), {}, host);
    const shape = (answer: typeof known) =>
      JSON.stringify(answer, (key, value) => (key === "" || typeof value === "object" ? value : typeof value));
    expect(shape(known)).toBe(shape(unknown));
    const count = gateway.mails.countTo(inviter.email);
    for (let index = 0; index < 3; index++) expect(await accept(inviter.email, "12345678")).toMatchObject({ __typename: "InvalidCode" });
    expect(gateway.mails.countTo(inviter.email)).toBe(count);
    await requireLogIn(application.client, inviter.email);
  });

  it("IN-10 IN-13 invite - many by one user - five an hour; two inviters of one address - accepting one revokes the other", async () => {
    const [first, second] = [await freshInviter(), await freshInviter()];
    const email = uniqueEmail();
    await requireInvitation(email, { metadata: { team: "red" } }, first);
    const one = await gateway.mails.nextCode(email);
    await requireInvitation(email, { metadata: { team: "blue" } }, second);
    const two = await gateway.mails.nextCode(email);
    expect(await accept(email, two)).toMatchObject({ __typename: "LoggedIn", user: { metadata: { team: "blue" } } });
    if (one !== two) expect(await accept(email, one)).toMatchObject({ __typename: "InvalidCode" });
    const outcomes: string[] = [];
    for (let index = 0; index < 6; index++) outcomes.push((await invite(uniqueEmail(), {}, first)).__typename);
    expect(outcomes).toEqual([...Array(4).fill("InvitationSent"), "TooManyAttempts", "TooManyAttempts"]);
  });

  it("invite-only application - sign-up off, invitations on - accepts invited users only, up to the maximum; usersMayInvite=false stops invitations by users", async () => {
    const club = await gateway.createApplication("Club", "signUp.flow=NONE");
    const founder = await club.client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    if (founder.signUp.__typename !== "LoggedIn") throw new Error("no founder");
    await gateway.configure(club.id, "signUp.enabled=false");
    const { signUp } = await club.client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    expect(signUp).toMatchObject({ __typename: "SignUpClosed" });
    const client = club.client.with({ token: founder.signUp.sessionToken });
    const email = uniqueEmail();
    await client.expect(InviteDocument, { input: { handle: { email } } });
    expect(await accept(email, await gateway.mails.nextCode(email), { metadata: {} }, club)).toMatchObject({ __typename: "LoggedIn" });
    const late = uniqueEmail();
    await client.expect(InviteDocument, { input: { handle: { email: late } } });
    const code = await gateway.mails.nextCode(late);
    await gateway.configure(club.id, "signUp.maximumUsers=2");
    expect(await accept(late, code, { metadata: {} }, club)).toMatchObject({ __typename: "InvitationsClosed" });
    await gateway.configure(club.id, "signUp.maximumUsers=3");
    expect(await accept(late, code, { metadata: {} }, club)).toMatchObject({ __typename: "LoggedIn" });
    await gateway.configure(club.id, "invitation.usersMayInvite=false");
    expect((await client.expect(InviteDocument, { input: { handle: { email: uniqueEmail() } } })).invite).toMatchObject({
      __typename: "InvitationsClosed",
    });
  });

  it("me.invitations - more than a page - pages in order, and invalid arguments are rejected", async () => {
    const host = await freshInviter();
    const emails = [uniqueEmail(), uniqueEmail(), uniqueEmail()];
    for (const email of emails) await requireInvitation(email, {}, host);
    const page = async (first: number, after?: string) => host.client.run(InvitationsDocument, { first, after: after ?? null });
    const one = (await page(2)).data?.me?.invitations;
    const two = (await page(2, one?.pageInfo.endCursor ?? "")).data?.me?.invitations;
    expect([...(one?.edges ?? []), ...(two?.edges ?? [])].map(({ node }) => node.email)).toEqual([...emails].reverse());
    expect([one?.pageInfo.hasNextPage, two?.pageInfo.hasNextPage]).toEqual([true, false]);
    for (const [first, after] of [[0], [101], [1, "x"]] as [number, string?][])
      expect((await page(first, after)).errors[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });
});

describe("concurrent acceptance", () => {
  it("IN-15 accept - 20 at once with one code - one succeeds", async () => {
    const email = uniqueEmail();
    await requireInvitation(email, {}, await freshInviter());
    const code = await gateway.mails.nextCode(email);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => accept(email, code)));
    expect(outcomes.filter(({ __typename }) => __typename === "LoggedIn")).toHaveLength(1);
    expect(await gateway.query("SELECT id FROM users WHERE email = ?", [email])).toHaveLength(1);
  });
});
