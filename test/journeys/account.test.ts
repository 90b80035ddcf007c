import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  ChangeHandleDocument,
  ChangePasswordDocument,
  ConfirmHandleDocument,
  DeleteAccountDocument,
  LogOutEverywhereDocument,
  MeDocument,
  ReauthenticateDocument,
  RefreshSessionDocument,
  ResetPasswordDocument,
  RevokeSessionDocument,
  SetLocaleDocument,
  SetMetadataDocument,
} from "../support/generated/authentication.js";
import { logIn, PASSWORD, requireLogIn, signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";
import { enrollAndConfirmTotp } from "../support/second-factor.js";

const gateway = gatewayForFile();
const FIELDS = [
  { path: "user_data.name.first", required: true, default: "?" },
  { path: "user_data.name.last" },
  { path: "nickname", editable: false },
  { path: "role", setBy: "DEVELOPER", default: "member" },
];

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", 'locales.supported=["en","de"]', `metadata.fields=${JSON.stringify(FIELDS)}`);
});

const isUnauthenticated = async (client: TestPerson["client"]) =>
  (await client.run(MeDocument, {})).errors[0]?.extensions.code === "UNAUTHENTICATED";
const reauthenticate = async ({ client }: TestPerson, password = PASSWORD) =>
  (await client.expect(ReauthenticateDocument, { input: { password } })).reauthenticate;

describe("profile", () => {
  it("set metadata - own fields - sets, removes and keeps; fields the user may not edit are rejected or unchanged", async () => {
    const { client } = await signUpPerson(gateway, application, uniqueEmail(), {
      metadata: { user_data: { name: { first: "Ann", last: "Lee" } }, nickname: "al" },
    });
    const set = async (metadata: object) =>
      (await client.expect(SetMetadataDocument, { input: { metadata: metadata as never } })).setMetadata;
    expect(await set({ user_data: { name: { first: "Anna" } } })).toMatchObject({
      __typename: "ProfileUpdated",
      user: { metadata: { user_data: { name: { first: "Anna", last: "Lee" } }, nickname: "al", role: "member" } },
    });
    const { me } = await client.expect(MeDocument, {});
    expect(await set({ ...me?.metadata, user_data: { name: { first: "Ann", last: null } } })).toMatchObject({
      user: { metadata: { user_data: { name: { first: "Ann" } }, nickname: "al", role: "member" } },
    });
    const reasons = async (metadata: object) => {
      const answer = await set(metadata);
      return answer.__typename === "MetadataRefused" ? answer.fields.map(({ path, reason }) => `${path} ${reason}`) : answer.__typename;
    };
    expect(await reasons({ role: "admin" })).toEqual(["role NOT_ALLOWED"]);
    expect(await reasons({ role: null })).toEqual(["role NOT_ALLOWED"]);
    expect(await reasons({ nickname: "la" })).toEqual(["nickname NOT_ALLOWED"]);
    expect(await reasons({ user_data: { name: { first: null } } })).toEqual(["user_data.name.first REQUIRED"]);
    expect(await reasons({ sub: "x" })).toEqual(["sub UNKNOWN"]);
  });

  it("set locale - a supported one - applies to the next mail; another is rejected", async () => {
    const person = await signUpPerson(gateway, application);
    const set = async (locale: string) => (await person.client.expect(SetLocaleDocument, { input: { locale } })).setLocale;
    expect(await set("fr")).toMatchObject({ __typename: "LocaleRefused", code: "LOCALE_REFUSED" });
    expect(await set("DE")).toMatchObject({ __typename: "ProfileUpdated", user: { locale: "de" } });
    await person.client.expect(ChangePasswordDocument, { input: { currentPassword: PASSWORD, newPassword: "a new long password" } });
    expect((await gateway.mails.next(person.email)).subject).toContain("Passwort");
  });
});

describe("own sessions", () => {
  it("SE-10 SE-18 sessions - several devices - each sees all, ends one, then all", async () => {
    const person = await signUpPerson(gateway, application);
    const second = await requireLogIn(application.client, person.email);
    const third = await requireLogIn(application.client, person.email);
    const { me } = await person.client.expect(MeDocument, {});
    expect(me?.sessions.filter(({ isCurrent }) => isCurrent)).toHaveLength(1);
    expect(me?.sessions).toHaveLength(3);
    const other = await signUpPerson(gateway, application);
    const target = (await application.client.with({ token: second.sessionToken }).expect(MeDocument, {})).me?.sessions.find(
      ({ isCurrent }) => isCurrent,
    );
    const revoke = async (client: TestPerson["client"]) =>
      (await client.expect(RevokeSessionDocument, { input: { sessionId: target?.id ?? "" } })).revokeSession;
    expect(await revoke(other.client)).toEqual({ sessionsEnded: 0 });
    expect(await revoke(person.client)).toEqual({ sessionsEnded: 1 });
    expect(await isUnauthenticated(application.client.with({ token: second.sessionToken }))).toBe(true);
    expect((await person.client.expect(LogOutEverywhereDocument, {})).logOutEverywhere).toEqual({ sessionsEnded: 2 });
    expect(await isUnauthenticated(person.client)).toBe(true);
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, { input: { refreshToken: third.refreshToken } });
    expect(refreshSession).toMatchObject({ __typename: "SessionEnded" });
  });
});

describe("me", () => {
  it("me - asked again after a log-in and an enrollment, by other users in between - shows the current sessions, factors and recovery codes", async () => {
    const own = await gateway.createApplication("Factors", "secondFactor.mode=TOTP");
    const [person, other] = [await signUpPerson(gateway, own), await signUpPerson(gateway, own)];
    const ask = async ({ client }: TestPerson) => {
      const { me } = await client.expect(MeDocument, {});
      return [me?.sessions.length, me?.secondFactors.length, me?.recoveryCodesLeft];
    };
    expect([await ask(person), await ask(other)]).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
    await requireLogIn(own.client, person.email);
    expect([await ask(person), await ask(other)]).toEqual([
      [2, 0, 0],
      [1, 0, 0],
    ]);
    await enrollAndConfirmTotp(gateway, person);
    expect([await ask(person), await ask(other)]).toEqual([
      [1, 1, 10],
      [1, 0, 0],
    ]);
  });
});

describe("change password", () => {
  const change = async (client: TestPerson["client"], currentPassword: string, newPassword: string) =>
    (await client.expect(ChangePasswordDocument, { input: { currentPassword, newPassword } })).changePassword;

  it("PW-15 change password - right current password - this session continues, others end, the owner is notified", async () => {
    const person = await signUpPerson(gateway, application);
    const other = await requireLogIn(application.client, person.email);
    expect(await change(person.client, PASSWORD, "a new long password")).toMatchObject({ __typename: "PasswordChanged" });
    expect(await isUnauthenticated(person.client)).toBe(false);
    expect(await isUnauthenticated(application.client.with({ token: other.sessionToken }))).toBe(true);
    expect(await logIn(application.client, person.email)).toMatchObject({ __typename: "InvalidCredentials" });
    await requireLogIn(application.client, person.email, "a new long password");
    const mail = await gateway.mails.next(person.email);
    expect(mail.text).not.toMatch(/https?:|\d{6}/);
  });

  it("PW-14 PW-17 change password - wrong, empty or common - is rejected and nothing ends", async () => {
    const person = await signUpPerson(gateway, application);
    const other = await requireLogIn(application.client, person.email);
    expect(await change(person.client, "not the password", "a new long password")).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await change(person.client, "", "a new long password")).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await change(person.client, PASSWORD, "password12")).toMatchObject({
      __typename: "PasswordRefused",
      violations: ["TOO_COMMON"],
    });
    expect(await isUnauthenticated(application.client.with({ token: other.sessionToken }))).toBe(false);
    await requireLogIn(application.client, person.email);
  });

  it("PW-16 change password - thirty guesses from many addresses in a stolen session - stop at five; log-in is not affected", async () => {
    const person = await signUpPerson(gateway, application);
    const outcomes: string[] = [];
    for (let index = 0; index < 30; index++)
      outcomes.push((await change(person.client, `guess number ${index}`, "a new long password")).__typename);
    expect(outcomes.filter((name) => name === "InvalidCredentials")).toHaveLength(5);
    expect(await change(person.client, PASSWORD, "a new long password")).toMatchObject({ __typename: "TooManyAttempts" });
    await requireLogIn(application.client, person.email);
  });

  it("PW-18 change password - two at once with different new passwords - one succeeds, and only its password logs in", async () => {
    const person = await signUpPerson(gateway, application);
    const wishes = ["first new long password", "second new long password"];
    const outcomes = await Promise.all(wishes.map((wish) => change(person.client, PASSWORD, wish)));
    const winners = wishes.filter((_, index) => outcomes[index]?.__typename === "PasswordChanged");
    expect(winners).toHaveLength(1);
    for (const wish of wishes)
      expect((await logIn(application.client, person.email, wish)).__typename).toBe(
        wish === winners[0] ? "LoggedIn" : "InvalidCredentials",
      );
  });
});

describe("change handle", () => {
  const request = async (client: TestPerson["client"], email: string) =>
    (await client.expect(ChangeHandleDocument, { input: { handle: { email } } })).changeHandle;
  const confirm = async (client: TestPerson["client"], code: string) =>
    (await client.expect(ConfirmHandleDocument, { input: { code } })).confirmHandle;

  it("SE-24 change handle - verified at the new address - the new one logs in, the old one is notified and no longer logs in", async () => {
    const person = await signUpPerson(gateway, application);
    gateway.clock.move({ minutes: 6 });
    const next = uniqueEmail("moved");
    expect(await request(person.client, next)).toMatchObject({ __typename: "ReauthenticationRequired", code: "REAUTHENTICATION_REQUIRED" });
    expect(await reauthenticate(person, "not the password")).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await reauthenticate(person)).toMatchObject({ __typename: "Reauthenticated" });
    expect(await request(person.client, "not an address")).toMatchObject({ __typename: "HandleInvalid" });
    expect(await request(person.client, next)).toMatchObject({ __typename: "CodeSent" });
    expect((await gateway.mails.next(person.email)).subject).toContain("about to change");
    const code = await gateway.mails.nextCode(next);
    await requireLogIn(application.client, person.email);
    expect(await confirm(person.client, code === "000000" ? "000001" : "000000")).toMatchObject({ __typename: "InvalidCode" });
    const elsewhere = await requireLogIn(application.client, person.email);
    expect(await confirm(person.client, code)).toMatchObject({ __typename: "HandleChanged", user: { email: next } });
    expect(await isUnauthenticated(application.client.with({ token: elsewhere.sessionToken }))).toBe(true);
    expect(await isUnauthenticated(person.client)).toBe(false);
    expect(await confirm(person.client, code)).toMatchObject({ __typename: "InvalidCode" });
    expect(await requireLogIn(application.client, next)).toMatchObject({ user: { id: person.tokens.user.id } });
    expect(await logIn(application.client, person.email)).toMatchObject({ __typename: "InvalidCredentials" });
    expect((await gateway.mails.next(person.email)).subject).toContain("was changed");
  });

  it("change handle - registered address - equal answer, its owner is notified, no code is sent", async () => {
    const owner = await signUpPerson(gateway, application);
    const person = await signUpPerson(gateway, application);
    const answer = await request(person.client, owner.email);
    const fresh = await request(person.client, uniqueEmail());
    expect(Object.keys(answer)).toEqual(Object.keys(fresh));
    expect((await gateway.mails.next(owner.email)).text).not.toMatch(/\d{6}/);
    expect((await person.client.expect(MeDocument, {})).me?.email).toBe(person.email);
  });

  it("change handle - address registered between request and verification - is rejected; a new request invalidates the previous code", async () => {
    const person = await signUpPerson(gateway, application);
    const [first, second] = [uniqueEmail(), uniqueEmail()];
    await request(person.client, first);
    const stale = await gateway.mails.nextCode(first);
    await request(person.client, second);
    const code = await gateway.mails.nextCode(second);
    if (stale !== code) expect(await confirm(person.client, stale)).toMatchObject({ __typename: "InvalidCode" });
    await signUpPerson(gateway, application, second);
    expect(await confirm(person.client, code)).toMatchObject({ __typename: "InvalidCode" });
    expect((await person.client.expect(MeDocument, {})).me?.email).toBe(person.email);
  });

  it("SE-24 change handle - reset code mailed to the old address - is rejected afterwards", async () => {
    const person = await signUpPerson(gateway, application);
    const next = uniqueEmail();
    const { ForgotPasswordDocument } = await import("../support/generated/authentication.js");
    await application.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    const resetCode = await gateway.mails.nextCode(person.email);
    await request(person.client, next);
    await confirm(person.client, await gateway.mails.nextCode(next));
    for (const email of [person.email, next]) {
      const input = { handle: { email }, code: resetCode, newPassword: "a new long password" };
      expect((await application.client.expect(ResetPasswordDocument, { input })).resetPassword).toMatchObject({
        __typename: "InvalidCode",
      });
    }
  });
});

describe("delete account", () => {
  it("delete account - recently authenticated - leaves no personal data; the address can sign up as a new user", async () => {
    const person = await signUpPerson(gateway, application, uniqueEmail("leaver"), { metadata: { nickname: "quetzalcoatlus" } });
    gateway.clock.move({ minutes: 6 });
    const remove = async () => (await person.client.expect(DeleteAccountDocument, {})).deleteAccount;
    expect(await remove()).toMatchObject({ __typename: "ReauthenticationRequired" });
    await reauthenticate(person);
    expect(await remove()).toMatchObject({ __typename: "AccountDeleted" });
    expect((await gateway.mails.next(person.email)).subject).toContain("deleted");
    expect(await isUnauthenticated(person.client)).toBe(true);
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, {
      input: { refreshToken: person.tokens.refreshToken },
    });
    expect(refreshSession).toMatchObject({ __typename: "SessionEnded" });
    expect(await logIn(application.client, person.email)).toMatchObject({ __typename: "InvalidCredentials" });
    const dump = await gateway.dump();
    expect(dump).not.toContain(person.email);
    expect(dump).not.toContain("quetzalcoatlus");
    expect(await gateway.query("SELECT id FROM audit_events WHERE actor = ? AND address IS NOT NULL", [person.tokens.user.id])).toEqual([]);
    const again = await signUpPerson(gateway, application, person.email);
    expect(again.tokens.user.id).not.toBe(person.tokens.user.id);
    expect(await isUnauthenticated(person.client)).toBe(true);
  });
});
