import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BackEnd, byBackEnd, NEW_PASSWORD } from "../support/back-end.js";
import type { Client } from "../support/client.js";
import { TestGateway } from "../support/gateway.js";
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
import { freshEmail, PASSWORD, requireLogIn } from "../support/people.js";

let gateway: TestGateway;
let stage: BackEnd;
beforeAll(async () => {
  gateway = await TestGateway.start();
  stage = await BackEnd.start(gateway);
});
afterAll(() => gateway.stop());

const createUser = async (email: string, more: Partial<CreateUserInput> = {}) => {
  const input = { applicationId: stage.application.id, email, ...more };
  return (await stage.client.expect(CreateUserDocument, { input })).createUser;
};
const updateMetadata = async (userId: string, metadata: { readonly [name: string]: unknown }) => {
  const input = { applicationId: stage.application.id, userId, metadata };
  return (await stage.client.expect(UpdateUserMetadataDocument, { input })).updateUserMetadata;
};

describe("suspendUser and activateUser", () => {
  it("suspend - sessions, log-in, refresh, reset, invitations - all end at once; the user is told in their language", async () => {
    const user = await stage.person();
    const { id } = user.tokens.user;
    await gateway.query("UPDATE users SET locale = 'fr' WHERE id = ?", [id]);
    const guest = await stage.invited(user);
    const code = await gateway.mails.nextCode(guest.email);
    const { suspendUser } = await stage.client.expect(SuspendUserDocument, stage.of(id));
    expect(suspendUser).toMatchObject({ user: { id, status: "SUSPENDED" }, sessionsEnded: 1 });
    expect(await stage.isSignedIn(user)).toBe(false);
    expect(await stage.refresh(user)).toBe("SessionEnded");
    expect(await stage.tryLogIn(user.email)).toBe("AccountSuspended");
    expect(await stage.tryLogIn(user.email, stage.application.client, { password: "certainly wrong" })).toBe("InvalidCredentials");
    expect(await stage.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    expect((await stage.showUser(id)).sessions).toEqual([]);
    const mail = await gateway.mails.next(user.email);
    expect([mail.subject, mail.text]).toEqual(["Votre compte Blue Heron est suspendu", expect.stringContaining("Blue Heron")]);
    const { sendPasswordReset } = await stage.client.expect(SendPasswordResetDocument, stage.of(id));
    expect(sendPasswordReset).toMatchObject({ code: "ACCOUNT_SUSPENDED" });
    expect((await stage.client.expect(SuspendUserDocument, stage.of(id))).suspendUser).toMatchObject({ sessionsEnded: 0 });
    expect(await stage.audited("USER_SUSPENDED", id)).toEqual(byBackEnd);
    expect(gateway.mails.received.filter(({ to, subject }) => to === user.email && subject.includes("suspendu"))).toHaveLength(1);
  });

  it("SE-11 activate - once suspended - logs in with the old password; old sessions and invitations stay ended", async () => {
    const user = await stage.person();
    const { id } = user.tokens.user;
    const guest = await stage.invited(user);
    const code = await gateway.mails.nextCode(guest.email);
    await stage.client.expect(SuspendUserDocument, stage.of(id));
    await gateway.mails.next(user.email);
    for (let count = 0; count < 2; count++)
      expect((await stage.client.expect(ActivateUserDocument, stage.of(id))).activateUser.user).toMatchObject({ id, status: "ACTIVE" });
    expect((await gateway.mails.next(user.email)).subject).toBe("Your account at Blue Heron is open again");
    expect(await stage.isSignedIn(user)).toBe(false);
    expect(await stage.refresh(user)).toBe("SessionEnded");
    expect(await stage.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    expect(await stage.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await stage.audited("USER_ACTIVATED", id)).toEqual(byBackEnd);
  });
});

describe("unlockUser", () => {
  const guess = (email: string, client: Client, deviceToken: string | null = null) =>
    stage.tryLogIn(email, client, { password: "certainly not the password", deviceToken });

  it("unlock - own network, known device and strangers all wait - each logs in at once", async () => {
    const user = await stage.person();
    const { id } = user.tokens.user;
    const { deviceToken = null } = user.tokens;
    const home = stage.application.client.with({ address: "192.0.2.50" });
    for (let count = 0; count < 5; count++) await guess(user.email, home);
    expect(await stage.tryLogIn(user.email, home)).toBe("TooManyAttempts");
    for (let count = 0; count < 10; count++) await guess(user.email, stage.application.client, deviceToken);
    expect(await stage.tryLogIn(user.email, stage.application.client, { deviceToken })).toBe("TooManyAttempts");
    for (let count = 0; count < 16; count++) await guess(user.email, stage.application.client);
    expect(await stage.tryLogIn(user.email)).toBe("TooManyAttempts");
    expect((await stage.client.expect(UnlockUserDocument, stage.of(id))).unlockUser.user.id).toBe(id);
    expect(await stage.tryLogIn(user.email, stage.application.client, { deviceToken })).toBe("LoggedIn");
    expect(await stage.tryLogIn(user.email, home)).toBe("LoggedIn");
    expect(await stage.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await stage.audited("USER_UNLOCKED", id)).toEqual(byBackEnd);
  });

  it("unlock - strangers have used up the guesses at a reset code - its owner can type it", async () => {
    const user = await stage.person();
    for (let round = 0; round < 4; round++) {
      await stage.client.expect(SendPasswordResetDocument, stage.of(user.tokens.user.id));
      const code = await gateway.mails.nextCode(user.email);
      for (let count = 0; count < 4; count++) await stage.reset(user.email, code === "000000" ? "111111" : "000000");
      gateway.clock.move({ minutes: 16 });
    }
    await stage.client.expect(SendPasswordResetDocument, stage.of(user.tokens.user.id));
    const code = await gateway.mails.nextCode(user.email);
    expect(await stage.reset(user.email, code)).toMatchObject({ __typename: "TooManyAttempts" });
    await stage.client.expect(UnlockUserDocument, stage.of(user.tokens.user.id));
    expect(await stage.reset(user.email, code)).toMatchObject({ __typename: "PasswordReset" });
  });

  it("unlock - a whole network waits for its guesses at many - still waits: other applications rest on that", async () => {
    const user = await stage.person();
    const bad = stage.application.client.with({ address: "192.0.2.51" });
    for (let count = 0; count < 20; count++) await guess(freshEmail(), bad);
    expect(await stage.tryLogIn(user.email, bad)).toBe("TooManyAttempts");
    await stage.client.expect(UnlockUserDocument, stage.of(user.tokens.user.id));
    expect(await stage.tryLogIn(user.email, bad)).toBe("TooManyAttempts");
    expect(await stage.tryLogIn(user.email)).toBe("LoggedIn");
  });
});

describe("endUserSessions, sendPasswordReset, deleteUser", () => {
  it("end sessions - three devices - all out on the next request, and nobody is mailed", async () => {
    const user = await stage.person();
    await requireLogIn(stage.application.client, user.email);
    await requireLogIn(stage.application.client, user.email);
    const mails = gateway.mails.received.length;
    const { endUserSessions } = await stage.client.expect(EndUserSessionsDocument, stage.of(user.tokens.user.id));
    expect(endUserSessions.sessionsEnded).toBe(3);
    expect(await stage.isSignedIn(user)).toBe(false);
    expect(await stage.refresh(user)).toBe("SessionEnded");
    expect(await stage.tryLogIn(user.email)).toBe("LoggedIn");
    expect(await stage.audited("USER_SESSIONS_ENDED", user.tokens.user.id)).toEqual(byBackEnd);
    expect(gateway.mails.received.length).toBe(mails);
  });

  it("reset - code of the mail - sets what the user chooses; the old password counts until then; one mail a minute", async () => {
    const user = await stage.person();
    const { id } = user.tokens.user;
    const send = async () => (await stage.client.expect(SendPasswordResetDocument, stage.of(id))).sendPasswordReset;
    const sent = await send();
    expect(sent).toMatchObject({ __typename: "PasswordResetSent" });
    expect(await send()).toEqual(sent);
    const code = await gateway.mails.nextCode(user.email);
    expect(await stage.isSignedIn(user)).toBe(true);
    expect(await stage.reset(user.email, code)).toMatchObject({ __typename: "PasswordReset", sessionsEnded: 1 });
    expect(await stage.tryLogIn(user.email)).toBe("InvalidCredentials");
    expect(gateway.mails.received.filter(({ to, text }) => to === user.email && text.includes(code))).toHaveLength(1);
    expect((await stage.audited("PASSWORD_RESET_REQUESTED", id))[0]).toEqual(byBackEnd[0]);
    const outcomes: string[] = [];
    for (let count = 0; count < 4; count++) {
      gateway.clock.move({ minutes: 2 });
      outcomes.push((await send()).__typename);
    }
    expect(outcomes).toContain("TooManyAttempts");
  });

  it("delete - a user with sessions, invitations, a pending reset - nothing of theirs is left, and they are told", async () => {
    const user = await stage.person();
    const { id } = user.tokens.user;
    const guest = await stage.invited(user);
    const code = await gateway.mails.nextCode(guest.email);
    await stage.client.expect(SendPasswordResetDocument, stage.of(id));
    const resetCode = await gateway.mails.nextCode(user.email);
    const { deleteUser } = await stage.client.expect(DeleteUserDocument, stage.of(id));
    expect(deleteUser).toEqual({ userId: id, deletedAt: expect.any(String) });
    expect((await gateway.mails.next(user.email)).subject).toBe("Your account at Blue Heron is deleted");
    expect(await stage.isSignedIn(user)).toBe(false);
    expect(await stage.refresh(user)).toBe("SessionEnded");
    expect(await stage.tryLogIn(user.email)).toBe("InvalidCredentials");
    expect(await stage.reset(user.email, resetCode)).toMatchObject({ __typename: "InvalidCode" });
    expect(await stage.accept(guest.email, code)).toMatchObject({ __typename: "InvalidCode" });
    const left = (await gateway.dump("audit_events", "outbox_messages", "inbox_messages")).split("\n");
    expect(left.filter((row) => row.includes(user.email) || (row.includes(id) && !row.includes("REVOKED")))).toEqual([]);
    expect(await stage.audited("ACCOUNT_DELETED", id)).toEqual(byBackEnd);
    expect((await stage.client.run(DeleteUserDocument, stage.of(id))).errors[0]?.extensions.code).toBe("FORBIDDEN");
    const again = await stage.person(user.email);
    expect(again.tokens.user.id).not.toBe(id);
  });
});

describe("updateUserMetadata", () => {
  it("update - role, team, nickname - merged; the next token carries them, null removes, the user cannot", async () => {
    const user = await stage.person();
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
    expect(await stage.audited("USER_METADATA_SET", id)).toHaveLength(3);
  });

  it("IL-09 update - unknown, wrong type, not allowed, over the token's limit - refused by path, nothing changes", async () => {
    const { id } = (await stage.person()).tokens.user;
    const before = (await stage.showUser(id)).metadata;
    expect(await updateMetadata(id, { sub: "x" })).toMatchObject({ fields: [{ path: "sub", reason: "UNKNOWN" }] });
    expect(await updateMetadata(id, { team: "green", nickname: 7 })).toMatchObject({
      fields: [
        { path: "team", reason: "VALUE" },
        { path: "nickname", reason: "TYPE" },
      ],
    });
    const letters = await updateMetadata(id, { notes: { text: "x".repeat(4500) } });
    expect(letters).toMatchObject({ code: "METADATA_REFUSED", path: ["metadata"], fields: [{ path: "", reason: "TOO_LARGE" }] });
    expect((await stage.showUser(id)).metadata).toEqual(before);
  });

  it("update - a suspended user - is possible", async () => {
    const { id } = (await stage.person()).tokens.user;
    await stage.client.expect(SuspendUserDocument, stage.of(id));
    expect(await updateMetadata(id, { role: "guest" })).toMatchObject({ user: { metadata: { role: "guest" }, status: "SUSPENDED" } });
  });
});

describe("createUser", () => {
  it("create - no password - the owner chooses one with the mailed code and has the given role", async () => {
    const email = freshEmail("colleague");
    const inviter = await stage.person();
    await stage.invited(inviter, email);
    const invitationCode = await gateway.mails.nextCode(email);
    const created = await createUser(email, { metadata: { role: "admin" }, locale: "DE" });
    if (created.__typename !== "UserCreated") throw new Error(JSON.stringify(created));
    expect(created.user).toMatchObject({ email, status: "ACTIVE", locale: "de", metadata: { role: "admin" }, lastLogInAt: null });
    const mail = await gateway.mails.next(email);
    expect(mail.subject).toBe("Ihr Konto bei Blue Heron ist bereit");
    const code = /^\d{6}$/m.exec(mail.text)?.[0] ?? "";
    for (const password of ["", PASSWORD])
      expect(await stage.tryLogIn(email, stage.application.client, { password })).toBe("InvalidCredentials");
    expect(await stage.accept(email, invitationCode)).toMatchObject({ __typename: "InvalidCode" });
    expect(await stage.reset(email, code)).toMatchObject({ __typename: "PasswordReset" });
    expect(await stage.tryLogIn(email, stage.application.client, { password: NEW_PASSWORD })).toBe("LoggedIn");
    expect(await stage.audited("USER_CREATED", created.user.id)).toEqual(byBackEnd);
  });

  it("create - address taken, full application, odd values - says which; no account is made", async () => {
    const { email } = await stage.person();
    expect(await createUser(email.toUpperCase())).toMatchObject({ code: "HANDLE_UNAVAILABLE", path: ["email"] });
    expect(await createUser("nobody")).toMatchObject({ code: "HANDLE_INVALID" });
    expect(await createUser(freshEmail(), { locale: "xx" })).toMatchObject({ code: "LOCALE_REFUSED" });
    expect(await createUser(freshEmail(), { metadata: { sub: "x" } })).toMatchObject({ code: "METADATA_REFUSED" });
    await gateway.configure(stage.application.id, "signUp.maximumUsers=1");
    expect(await createUser(freshEmail())).toMatchObject({ code: "SIGN_UP_CLOSED" });
    await gateway.configure(stage.application.id, "signUp.maximumUsers=0", "signUp.enabled=false");
    expect(await createUser(freshEmail())).toMatchObject({ __typename: "UserCreated" });
    await gateway.configure(stage.application.id, "signUp.enabled=true");
  });
});
