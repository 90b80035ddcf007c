import { beforeAll, describe, expect, it } from "vitest";
import { BackEndFixture, NEW_PASSWORD, oneBackEndEntry } from "../support/back-end-fixture.js";
import type { Client } from "../support/client.js";
import { gatewayForFile } from "../support/gateway.js";
import { IssueJwtDocument } from "../support/generated/authentication.js";
import {
  ActivateUserDocument,
  CreateUserDocument,
  type CreateUserInput,
  DeleteUserDocument,
  EndUserSessionsDocument,
  SendPasswordResetDocument,
  SuspendUserDocument,
  UnlockUserDocument,
  UpdateUserMetadataDocument,
} from "../support/generated/management.js";
import { PASSWORD, requireLogIn, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let fixture: BackEndFixture;
beforeAll(async () => {
  fixture = await BackEndFixture.start(gateway);
});

const createUser = async (email: string, more: Partial<CreateUserInput> = {}) => {
  const input = { applicationId: fixture.application.id, email, ...more };
  return (await fixture.client.expect(CreateUserDocument, { input })).createUser;
};
const updateMetadata = async (userId: string, metadata: { readonly [name: string]: unknown }) => {
  const input = { applicationId: fixture.application.id, userId, metadata };
  return (await fixture.client.expect(UpdateUserMetadataDocument, { input })).updateUserMetadata;
};

describe("suspendUser and activateUser", () => {
  it("suspend - sessions, log-in, refresh, reset, invitations - all end immediately; the user is notified in their language", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    await gateway.query("UPDATE users SET locale = 'fr' WHERE id = ?", [id]);
    const guest = await fixture.inviteGuest(user);
    const code = await gateway.mails.nextCode(guest.email);
    const { suspendUser } = await fixture.client.expect(SuspendUserDocument, fixture.userInput(id));
    expect(suspendUser).toMatchObject({ user: { id, status: "SUSPENDED" }, sessionsEnded: 1 });
    expect(await fixture.isSignedIn(user)).toBe(false);
    expect(await fixture.refresh(user)).toBe("SessionEnded");
    expect(await fixture.tryLogIn(user.email)).toBe("AccountSuspended");
    expect(await fixture.tryLogIn(user.email, fixture.application.client, { password: "certainly wrong" })).toBe("InvalidCredentials");
    expect(await fixture.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    expect((await fixture.getUser(id)).sessions).toEqual([]);
    const mail = await gateway.mails.next(user.email);
    expect([mail.subject, mail.text]).toEqual(["Votre compte Blue Heron est suspendu", expect.stringContaining("Blue Heron")]);
    const { sendPasswordReset } = await fixture.client.expect(SendPasswordResetDocument, fixture.userInput(id));
    expect(sendPasswordReset).toMatchObject({ code: "ACCOUNT_SUSPENDED" });
    expect((await fixture.client.expect(SuspendUserDocument, fixture.userInput(id))).suspendUser).toMatchObject({ sessionsEnded: 0 });
    expect(await fixture.auditEntriesFor("USER_SUSPENDED", id)).toEqual(oneBackEndEntry);
    expect(gateway.mails.received.filter(({ to, subject }) => to === user.email && subject.includes("suspendu"))).toHaveLength(1);
  });

  it("SE-11 activate - suspended user - logs in with the old password; old sessions and invitations stay ended", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    const guest = await fixture.inviteGuest(user);
    const code = await gateway.mails.nextCode(guest.email);
    await fixture.client.expect(SuspendUserDocument, fixture.userInput(id));
    await gateway.mails.next(user.email);
    for (let count = 0; count < 2; count++)
      expect((await fixture.client.expect(ActivateUserDocument, fixture.userInput(id))).activateUser.user).toMatchObject({
        id,
        status: "ACTIVE",
      });
    expect((await gateway.mails.next(user.email)).subject).toBe("Your account at Blue Heron is open again");
    expect(await fixture.isSignedIn(user)).toBe(false);
    expect(await fixture.refresh(user)).toBe("SessionEnded");
    expect(await fixture.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    expect(await fixture.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await fixture.auditEntriesFor("USER_ACTIVATED", id)).toEqual(oneBackEndEntry);
  });
});

describe("unlockUser", () => {
  const guess = (email: string, client: Client, deviceToken: string | null = null) =>
    fixture.tryLogIn(email, client, { password: "certainly not the password", deviceToken });

  it("unlock - own network, recognised device and unrecognised clients are limited - each logs in immediately", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    const { deviceToken = null } = user.tokens;
    const home = fixture.application.client.with({ address: "192.0.2.50" });
    for (let count = 0; count < 5; count++) await guess(user.email, home);
    expect(await fixture.tryLogIn(user.email, home)).toBe("TooManyAttempts");
    for (let count = 0; count < 10; count++) await guess(user.email, fixture.application.client, deviceToken);
    expect(await fixture.tryLogIn(user.email, fixture.application.client, { deviceToken })).toBe("TooManyAttempts");
    for (let count = 0; count < 16; count++) await guess(user.email, fixture.application.client);
    expect(await fixture.tryLogIn(user.email)).toBe("TooManyAttempts");
    expect((await fixture.client.expect(UnlockUserDocument, fixture.userInput(id))).unlockUser.user.id).toBe(id);
    expect(await fixture.tryLogIn(user.email, fixture.application.client, { deviceToken })).toBe("LoggedIn");
    expect(await fixture.tryLogIn(user.email, home)).toBe("LoggedIn");
    expect(await fixture.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await fixture.auditEntriesFor("USER_UNLOCKED", id)).toEqual(oneBackEndEntry);
  });

  it("unlock - other clients have used up the attempts at a reset code - the owner can enter it", async () => {
    const user = await fixture.signUpPerson();
    for (let round = 0; round < 4; round++) {
      await fixture.client.expect(SendPasswordResetDocument, fixture.userInput(user.tokens.user.id));
      const code = await gateway.mails.nextCode(user.email);
      for (let count = 0; count < 4; count++) await fixture.reset(user.email, code === "000000" ? "111111" : "000000");
      gateway.clock.move({ minutes: 16 });
    }
    await fixture.client.expect(SendPasswordResetDocument, fixture.userInput(user.tokens.user.id));
    const code = await gateway.mails.nextCode(user.email);
    expect(await fixture.reset(user.email, code)).toMatchObject({ __typename: "TooManyAttempts" });
    await fixture.client.expect(UnlockUserDocument, fixture.userInput(user.tokens.user.id));
    expect(await fixture.reset(user.email, code)).toMatchObject({ __typename: "PasswordReset" });
  });

  it("unlock - network limited for guesses at many accounts - stays limited, because the limit protects other applications", async () => {
    const user = await fixture.signUpPerson();
    const bad = fixture.application.client.with({ address: "192.0.2.51" });
    for (let count = 0; count < 20; count++) await guess(uniqueEmail(), bad);
    expect(await fixture.tryLogIn(user.email, bad)).toBe("TooManyAttempts");
    await fixture.client.expect(UnlockUserDocument, fixture.userInput(user.tokens.user.id));
    expect(await fixture.tryLogIn(user.email, bad)).toBe("TooManyAttempts");
    expect(await fixture.tryLogIn(user.email)).toBe("LoggedIn");
  });
});

describe("endUserSessions, sendPasswordReset, deleteUser", () => {
  it("end sessions - three devices - all are logged out at the next request, and no mail is sent", async () => {
    const user = await fixture.signUpPerson();
    await requireLogIn(fixture.application.client, user.email);
    await requireLogIn(fixture.application.client, user.email);
    const mails = gateway.mails.received.length;
    const { endUserSessions } = await fixture.client.expect(EndUserSessionsDocument, fixture.userInput(user.tokens.user.id));
    expect(endUserSessions.sessionsEnded).toBe(3);
    expect(await fixture.isSignedIn(user)).toBe(false);
    expect(await fixture.refresh(user)).toBe("SessionEnded");
    expect(await fixture.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await fixture.auditEntriesFor("USER_SESSIONS_ENDED", user.tokens.user.id)).toEqual(oneBackEndEntry);
    expect(gateway.mails.received.length).toBe(mails);
  });

  it("reset - mailed code - sets the password the user chooses; the old password works until then; one mail a minute", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    const send = async () => (await fixture.client.expect(SendPasswordResetDocument, fixture.userInput(id))).sendPasswordReset;
    const sent = await send();
    expect(sent).toMatchObject({ __typename: "PasswordResetSent" });
    expect(await send()).toEqual(sent);
    const code = await gateway.mails.nextCode(user.email);
    expect(await fixture.isSignedIn(user)).toBe(true);
    expect(await fixture.reset(user.email, code)).toMatchObject({ __typename: "PasswordReset", sessionsEnded: 1 });
    expect(await fixture.tryLogIn(user.email)).toBe("InvalidCredentials");
    expect(gateway.mails.received.filter(({ to, text }) => to === user.email && text.includes(code))).toHaveLength(1);
    expect((await fixture.auditEntriesFor("PASSWORD_RESET_REQUESTED", id))[0]).toEqual(oneBackEndEntry[0]);
    const outcomes: string[] = [];
    for (let count = 0; count < 4; count++) {
      gateway.clock.move({ minutes: 2 });
      outcomes.push((await send()).__typename);
    }
    expect(outcomes).toContain("TooManyAttempts");
  });

  it("delete - a user with sessions, invitations, a pending reset - removes all rows, and notifies the user", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    const guest = await fixture.inviteGuest(user);
    const code = await gateway.mails.nextCode(guest.email);
    await fixture.client.expect(SendPasswordResetDocument, fixture.userInput(id));
    const resetCode = await gateway.mails.nextCode(user.email);
    const { deleteUser } = await fixture.client.expect(DeleteUserDocument, fixture.userInput(id));
    expect(deleteUser).toEqual({ userId: id, deletedAt: expect.any(String) });
    expect((await gateway.mails.next(user.email)).subject).toBe("Your account at Blue Heron is deleted");
    expect(await fixture.isSignedIn(user)).toBe(false);
    expect(await fixture.refresh(user)).toBe("SessionEnded");
    expect(await fixture.tryLogIn(user.email)).toBe("InvalidCredentials");
    expect(await fixture.reset(user.email, resetCode)).toMatchObject({ __typename: "InvalidCode" });
    expect(await fixture.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    const left = (await gateway.dump("audit_events", "outbox_messages", "inbox_messages")).split("\n");
    expect(left.filter((row) => row.includes(user.email) || (row.includes(id) && !row.includes("REVOKED")))).toEqual([]);
    expect(await fixture.auditEntriesFor("ACCOUNT_DELETED", id)).toEqual(oneBackEndEntry);
    expect((await fixture.client.run(DeleteUserDocument, fixture.userInput(id))).errors[0]?.extensions.code).toBe("FORBIDDEN");
    const again = await fixture.signUpPerson(user.email);
    expect(again.tokens.user.id).not.toBe(id);
  });
});

describe("updateUserMetadata", () => {
  it("update - role, team, nickname - are merged; the next token contains them, null removes, the user cannot edit them", async () => {
    const user = await fixture.signUpPerson();
    const { id } = user.tokens.user;
    await updateMetadata(id, { nickname: "Nick", team: "blue" });
    expect(await updateMetadata(id, { role: "admin" })).toMatchObject({
      __typename: "UserMetadataUpdated",
      user: { metadata: { nickname: "Nick", team: "blue", role: "admin" } },
    });
    const { issueJwt } = await user.client.expect(IssueJwtDocument, { input: {} });
    const claims = JSON.parse(Buffer.from(issueJwt.jwt.split(".")[1] ?? "", "base64url").toString()) as object;
    expect(claims).toMatchObject({ role: "admin", team: "blue", sub: id });
    expect(await updateMetadata(id, { nickname: null })).toMatchObject({ user: { metadata: { team: "blue", role: "admin" } } });
    expect(await fixture.auditEntriesFor("USER_METADATA_SET", id)).toHaveLength(3);
  });

  it("IL-09 update - unknown, wrong type, not allowed, over the token's limit - is rejected by path, nothing changes", async () => {
    const { id } = (await fixture.signUpPerson()).tokens.user;
    const before = (await fixture.getUser(id)).metadata;
    expect(await updateMetadata(id, { sub: "x" })).toMatchObject({ fields: [{ path: "sub", reason: "UNKNOWN" }] });
    expect(await updateMetadata(id, { team: "green", nickname: 7 })).toMatchObject({
      fields: [
        { path: "team", reason: "VALUE" },
        { path: "nickname", reason: "TYPE" },
      ],
    });
    const letters = await updateMetadata(id, { notes: { text: "x".repeat(4500) } });
    expect(letters).toMatchObject({ code: "METADATA_REFUSED", path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    expect((await fixture.getUser(id)).metadata).toEqual(before);
  });

  it("update - a suspended user - is allowed", async () => {
    const { id } = (await fixture.signUpPerson()).tokens.user;
    await fixture.client.expect(SuspendUserDocument, fixture.userInput(id));
    expect(await updateMetadata(id, { role: "guest" })).toMatchObject({ user: { metadata: { role: "guest" }, status: "SUSPENDED" } });
  });
});

describe("createUser", () => {
  it("create - no password - the owner chooses one with the mailed code and has the assigned role", async () => {
    const email = uniqueEmail("colleague");
    const inviter = await fixture.signUpPerson();
    await fixture.inviteGuest(inviter, email);
    const invitationCode = await gateway.mails.nextCode(email);
    const created = await createUser(email, { metadata: { role: "admin" }, locale: "DE" });
    if (created.__typename !== "UserCreated") throw new Error(JSON.stringify(created));
    expect(created.user).toMatchObject({ email, status: "ACTIVE", locale: "de", metadata: { role: "admin" }, lastLogInAt: null });
    const mail = await gateway.mails.next(email);
    expect(mail.subject).toBe("Ihr Konto bei Blue Heron ist bereit");
    const code = /^\d{6}$/m.exec(mail.text)?.[0] ?? "";
    for (const password of ["", PASSWORD])
      expect(await fixture.tryLogIn(email, fixture.application.client, { password })).toBe("InvalidCredentials");
    expect(await fixture.accept(email, invitationCode)).toMatchObject({ __typename: "InvalidCode" });
    expect(await fixture.reset(email, code)).toMatchObject({ __typename: "PasswordReset" });
    expect(await fixture.tryLogIn(email, fixture.application.client, { password: NEW_PASSWORD })).toBe("LoggedIn");
    expect(await fixture.auditEntriesFor("USER_CREATED", created.user.id)).toEqual(oneBackEndEntry);
  });

  it("create - registered address, full application, invalid values - answers the reason; no account is created", async () => {
    const { email } = await fixture.signUpPerson();
    expect(await createUser(email.toUpperCase())).toMatchObject({ code: "HANDLE_UNAVAILABLE", path: ["email"] });
    expect(await createUser("not-an-address")).toMatchObject({ code: "HANDLE_INVALID" });
    expect(await createUser(uniqueEmail(), { locale: "xx" })).toMatchObject({ code: "LOCALE_REFUSED" });
    expect(await createUser(uniqueEmail(), { metadata: { sub: "x" } })).toMatchObject({ code: "METADATA_REFUSED" });
    await gateway.configure(fixture.application.id, "signUp.maximumUsers=1");
    expect(await createUser(uniqueEmail())).toMatchObject({ code: "SIGN_UP_CLOSED" });
    await gateway.configure(fixture.application.id, "signUp.maximumUsers=0", "signUp.enabled=false");
    expect(await createUser(uniqueEmail())).toMatchObject({ __typename: "UserCreated" });
    await gateway.configure(fixture.application.id, "signUp.enabled=true");
  });
});
