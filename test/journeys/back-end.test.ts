import { beforeAll, describe, expect, it, vi } from "vitest";
import { BackEndFixture, oneBackEndEntry } from "../support/back-end-fixture.js";
import { gatewayForFile } from "../support/gateway.js";
import {
  CreateInvitationDocument,
  type CreateInvitationInput,
  ManagedInvitationsDocument,
  type ManagedInvitationsQueryVariables,
  ManagedUsersDocument,
  type ManagedUsersQueryVariables,
  ResendManagedInvitationDocument,
  RevokeManagedInvitationDocument,
} from "../support/generated/management.js";
import { requireLogIn, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let fixture: BackEndFixture;
beforeAll(async () => {
  fixture = await BackEndFixture.start(gateway);
});

const listUsers = async (variables: Partial<ManagedUsersQueryVariables> = {}) => {
  const all = { applicationId: fixture.application.id, first: 100, ...variables };
  const { application: found } = await fixture.client.expect(ManagedUsersDocument, all);
  if (!found) throw new Error("No application");
  return { ...found.users, emails: found.users.edges.map(({ node }) => node.email) };
};
const listInvitations = async (variables: Partial<ManagedInvitationsQueryVariables> = {}) => {
  const all = { applicationId: fixture.application.id, first: 100, ...variables };
  const { application: found } = await fixture.client.expect(ManagedInvitationsDocument, all);
  if (!found) throw new Error("No application");
  return found.invitations;
};
const createInvitation = async (email: string, more: Partial<CreateInvitationInput> = {}) => {
  const input = { applicationId: fixture.application.id, email, ...more };
  return (await fixture.client.expect(CreateInvitationDocument, { input })).createInvitation;
};

describe("users - list", () => {
  it("users - pages of two, newest first - list each user once while others sign up", async () => {
    const people: string[] = [];
    for (let count = 0; count < 5; count++) {
      people.unshift((await fixture.signUpPerson(uniqueEmail("paged-"))).email);
      // Two of them at the same instant.
      if (count !== 2) gateway.clock.move({ seconds: 1 });
    }
    const seen: (string | null)[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof listUsers>> = await listUsers({ first: 2, after, filter: { search: "paged-" } });
      expect(page.totalCount).toBe(seen.length === 0 ? 5 : 6);
      seen.push(...page.emails);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
      if (seen.length === 2) await fixture.signUpPerson(uniqueEmail("paged-"));
    } while (after);
    expect([...seen].sort()).toEqual([...people].sort());
    expect([seen[0], seen[1], seen[4]]).toEqual([people[0], people[1], people[4]]);
  });

  it("TN-14 search - percent, underscore, backslash, quotes, expressions - matches literally from the beginning of the address", async () => {
    const plain = uniqueEmail("searched-");
    await fixture.signUpPerson(plain);
    await fixture.signUpPerson(uniqueEmail("under_score-"));
    await fixture.signUpPerson(uniqueEmail("under%percent-"));
    await fixture.signUpPerson(uniqueEmail("exclaim!mark-"));
    expect((await listUsers({ filter: { search: "searched-" } })).emails).toEqual([plain]);
    expect((await listUsers({ filter: { search: ` ${plain.toUpperCase()} ` } })).emails).toEqual([plain]);
    expect((await listUsers({ filter: { search: "under_s" } })).emails).toHaveLength(1);
    expect((await listUsers({ filter: { search: "under_p" } })).emails).toEqual([]);
    expect((await listUsers({ filter: { search: "under%p" } })).emails).toHaveLength(1);
    expect((await listUsers({ filter: { search: "exclaim!" } })).emails).toHaveLength(1);
    for (const odd of ["%", "_", "%%%", "\\", "'", '"', "' OR 1=1 --", ".*", "(a+)+$", "!", "arched-"])
      expect([odd, (await listUsers({ filter: { search: odd } })).emails]).toEqual([odd, []]);
  });

  it("filter - status and anonymous - returns users that match all conditions", async () => {
    const suspended = await fixture.signUpPerson(uniqueEmail("filtered-"));
    const active = await fixture.signUpPerson(uniqueEmail("filtered-"));
    await gateway.query("UPDATE users SET status = 'SUSPENDED' WHERE id = ?", [suspended.tokens.user.id]);
    const search = "filtered-";
    expect((await listUsers({ filter: { search, status: "SUSPENDED" } })).emails).toEqual([suspended.email]);
    expect((await listUsers({ filter: { search, status: "ACTIVE", isAnonymous: false } })).emails).toEqual([active.email]);
    expect(await listUsers({ filter: { isAnonymous: true } })).toMatchObject({ emails: [], totalCount: 0 });
  });

  it("users - twenty with sessions and inviters - one query per list", async () => {
    const inviter = await fixture.signUpPerson();
    const { email } = await fixture.inviteGuest(inviter);
    const guest = await fixture.join(email);
    const sessions = vi.spyOn(gateway.services.sessions, "listByUsers");
    const users = vi.spyOn(gateway.services.users, "findByIds");
    const query = `query ($id: ID!) { application(id: $id) { users(first: 20) {
      edges { node { id sessions { id } invitedBy { id sessions { id } } } } } } }`;
    const answer = await fixture.client.post<{
      application: { users: { edges: { node: { id: string; sessions: unknown[]; invitedBy: { id: string } | null } }[] } };
    }>({ query, variables: { id: fixture.application.id } });
    const nodes = answer.data?.application.users.edges.map(({ node }) => node) ?? [];
    expect(nodes.length).toBeGreaterThan(5);
    expect(nodes.find(({ id }) => id === guest)).toMatchObject({ sessions: [{}], invitedBy: { id: inviter.tokens.user.id } });
    expect(sessions.mock.calls.length).toBeLessThanOrEqual(2);
    expect(users).toHaveBeenCalledTimes(1);
    vi.restoreAllMocks();
  });
});

describe("user", () => {
  it("user - sessions, last log-in, inviter - are returned", async () => {
    const inviter = await fixture.signUpPerson();
    const { email } = await fixture.inviteGuest(inviter);
    const id = await fixture.join(email);
    gateway.clock.move({ minutes: 5 });
    await requireLogIn(fixture.application.client.with({ headers: { "user-agent": "Heron/2" } }), email);
    const user = await fixture.getUser(id);
    expect(user).toMatchObject({ email, status: "ACTIVE", isAnonymous: false, subject: id, locale: "en", metadata: {} });
    expect(user.invitedBy).toEqual({ id: inviter.tokens.user.id, email: inviter.email });
    expect(user.sessions.map(({ userAgent }) => userAgent)).toEqual(["Heron/2", expect.any(String)]);
    expect(Date.parse(user.lastLogInAt ?? "") - Date.parse(user.createdAt)).toBeGreaterThanOrEqual(300_000);
    expect((await fixture.getUser(inviter.tokens.user.id)).invitedBy).toBeNull();
  });
});

describe("invitations - list", () => {
  it("invitations - pending, accepted, expired - are filtered by status and name the inviter", async () => {
    const inviter = await fixture.signUpPerson();
    const first = await fixture.inviteGuest(inviter);
    gateway.clock.move({ hours: 100 });
    const again = await requireLogIn(fixture.application.client, inviter.email);
    const host = { ...inviter, client: fixture.application.client.with({ token: again.sessionToken }) };
    const second = await fixture.inviteGuest(host);
    const third = await fixture.inviteGuest(host);
    await fixture.join(third.email);
    gateway.clock.move({ hours: 100 });
    const emails = async (status?: ManagedInvitationsQueryVariables["status"]) =>
      (await listInvitations(status ? { status } : {})).edges
        .filter(({ node }) => node.inviter?.id === inviter.tokens.user.id)
        .map(({ node }) => `${node.email} ${node.status}`);
    expect(await emails("PENDING")).toEqual([`${second.email} PENDING`]);
    expect(await emails("EXPIRED")).toEqual([`${first.email} EXPIRED`]);
    expect(await emails("ACCEPTED")).toEqual([`${third.email} ACCEPTED`]);
    expect(await emails("REVOKED")).toEqual([]);
    expect((await emails()).sort()).toEqual([`${first.email} EXPIRED`, `${second.email} PENDING`, `${third.email} ACCEPTED`].sort());
    const page = await listInvitations({ first: 1 });
    const next = await listInvitations({ first: 1, after: page.pageInfo.endCursor });
    expect(next.edges[0]?.node.id).not.toBe(page.edges[0]?.node.id);
  });
});

describe("invitations of the back end", () => {
  it("create - with a role, in German - the guest joins with it, and has no inviter", async () => {
    const email = uniqueEmail("guest");
    const sent = await createInvitation(email.toUpperCase(), { metadata: { role: "admin", team: "red" }, locale: "de" });
    if (sent.__typename !== "InvitationSent") throw new Error(JSON.stringify(sent));
    expect(sent.invitation).toMatchObject({ email, status: "PENDING", metadata: { role: "admin", team: "red" }, locale: "de" });
    const mail = await gateway.mails.next(email);
    expect(mail.subject).toContain("eingeladen");
    const code = /^\d{8}$/m.exec(mail.text)?.[0] ?? "";
    expect(await fixture.accept(email, code, { metadata: { role: "owner" } })).toMatchObject({ __typename: "MetadataRefused" });
    const joined = await fixture.accept(email, code, { metadata: { nickname: "Gus" } });
    if (joined.__typename !== "LoggedIn") throw new Error(JSON.stringify(joined));
    expect(joined.user.metadata).toEqual({ nickname: "Gus", team: "red", role: "admin" });
    expect((await fixture.getUser(joined.user.id)).invitedBy).toBeNull();
    const node = (await listInvitations({ status: "ACCEPTED" })).edges.find((edge) => edge.node.id === sent.invitation.id)?.node;
    expect(node).toMatchObject({ email, inviter: null });
    expect(await fixture.auditEntriesFor("INVITED", sent.invitation.id)).toEqual(oneBackEndEntry);
  });

  it("create - invalid input - answers the reason, and nothing is sent", async () => {
    const email = uniqueEmail();
    const refused = async (more: Partial<CreateInvitationInput>, to = email) => await createInvitation(to, more);
    expect(await refused({ metadata: { team: "green" } })).toMatchObject({ fields: [{ path: "team", reason: "VALUE" }] });
    expect(await refused({ metadata: { sub: "x" } })).toMatchObject({ fields: [{ path: "sub", reason: "UNKNOWN" }] });
    expect(await refused({ metadata: { notes: { text: "x".repeat(6000) } } })).toMatchObject({
      fields: [{ path: "", reason: "TOO_LARGE" }],
    });
    expect(await refused({ locale: "xx" })).toMatchObject({ code: "LOCALE_REFUSED", path: ["locale"] });
    expect(await refused({}, "not-an-address")).toMatchObject({ code: "HANDLE_INVALID", path: ["email"] });
    expect(gateway.mails.received.filter(({ to }) => to === email)).toEqual([]);
    await gateway.configure(fixture.application.id, "invitation.enabled=false");
    expect(await refused({})).toMatchObject({ code: "INVITATIONS_CLOSED" });
    await gateway.configure(fixture.application.id, "invitation.enabled=true", "invitation.usersMayInvite=false");
    expect(await refused({})).toMatchObject({ __typename: "InvitationSent" });
    await gateway.configure(fixture.application.id, "invitation.usersMayInvite=true");
  });

  it("create - registered address - equal answer, no mail, nothing changes", async () => {
    const { email } = await fixture.signUpPerson();
    expect(await createInvitation(email)).toMatchObject({ __typename: "InvitationSent", invitation: { email, status: "PENDING" } });
    expect(gateway.mails.received.filter(({ to, subject }) => to === email && /invit/i.test(subject))).toEqual([]);
  });

  it("resend and revoke - the back end's and a user's - new code, then none; repeating is harmless, accepted is FORBIDDEN", async () => {
    const inviter = await fixture.signUpPerson();
    const theirs = await fixture.inviteGuest(inviter);
    const own = await createInvitation(uniqueEmail("guest"));
    if (own.__typename !== "InvitationSent") throw new Error(JSON.stringify(own));
    for (const { email, id } of [theirs, own.invitation]) {
      const first = await gateway.mails.nextCode(email);
      gateway.clock.move({ minutes: 2 });
      const { resendInvitation } = await fixture.client.expect(ResendManagedInvitationDocument, fixture.invitationInput(id));
      expect(resendInvitation).toMatchObject({ __typename: "InvitationSent", invitation: { id, status: "PENDING" } });
      const second = await gateway.mails.nextCode(email);
      expect(await fixture.accept(email, first)).toMatchObject({ __typename: "InvalidCode" });
      for (let count = 0; count < 2; count++) {
        const { revokeInvitation } = await fixture.client.expect(RevokeManagedInvitationDocument, fixture.invitationInput(id));
        expect(revokeInvitation.invitation).toMatchObject({ id, status: "REVOKED" });
      }
      expect(await fixture.accept(email, second)).toMatchObject({ __typename: "InvalidCode" });
      expect((await fixture.client.run(ResendManagedInvitationDocument, fixture.invitationInput(id))).errors[0]?.extensions.code).toBe(
        "FORBIDDEN",
      );
      expect(await fixture.auditEntriesFor("INVITATION_REVOKED", id)).toEqual(oneBackEndEntry);
    }
    expect((await fixture.auditEntriesFor("INVITED", theirs.id)).map(([actor]) => actor).sort()).toEqual(
      [inviter.tokens.user.id, "BACK_END"].sort(),
    );
    const third = await fixture.inviteGuest(inviter);
    await fixture.join(third.email);
    expect((await fixture.client.run(RevokeManagedInvitationDocument, fixture.invitationInput(third.id))).errors[0]?.extensions.code).toBe(
      "FORBIDDEN",
    );
  });

  it("IN-11 create, resend, reset - one address - shares one hourly limit across all of them", async () => {
    const email = uniqueEmail("flooded");
    let refused = 0;
    for (let count = 0; count < 14; count++) {
      const answer = await createInvitation(email);
      if (answer.__typename === "TooManyAttempts") refused++;
      gateway.clock.move({ minutes: 2 });
    }
    expect(refused).toBe(4);
    expect(gateway.mails.received.filter(({ to }) => to === email).length).toBeLessThanOrEqual(10);
    gateway.clock.move({ hours: 1 });
    expect(await createInvitation(email)).toMatchObject({ __typename: "InvitationSent" });
  });
});
