import { decode, verify } from "jsonwebtoken";
import jwksRsa from "jwks-rsa";
import { beforeAll, describe, expect, it } from "vitest";
import type { ResetPasswordResult } from "../../clients/typescript/src/index.js";
import { createDevice, type Device } from "../support/device.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";
import { Authenticator } from "../support/second-factor.js";

const gateway = gatewayForFile();
const NEW_PASSWORD = "a new long password";
const FIELDS = [
  { path: "user_data.name.first", required: true },
  { path: "team", setBy: "INVITER", allowedValues: ["red", "blue"] },
  { path: "role", setBy: "DEVELOPER", default: "member" },
];
const ANN = { user_data: { name: { first: "Ann" } } };

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication(
    "Blue Heron",
    `metadata.fields=${JSON.stringify(FIELDS)}`,
    'locales.supported=["en","de","fr"]',
    "links.invitationUrl=https://heron.example/join",
  );
});

/** What a result is, with the rest when it is not what was expected. */
function requireResult<Result extends { readonly __typename: string }, Name extends Result["__typename"]>(result: Result, name: Name) {
  if (result.__typename !== name) throw new Error(JSON.stringify(result));
  return result as Extract<Result, { readonly __typename: Name }>;
}
const join = async (phone: Device, email = uniqueEmail()) => {
  requireResult(await phone.client.signUp({ handle: { email }, password: PASSWORD, metadata: ANN }), "ConfirmationSent");
  const code = await gateway.mails.nextCode(email);
  return { email, ...requireResult(await phone.client.completeSignUp({ handle: { email }, code }), "LoggedIn") };
};
const logIn = async (phone: Device, email: string, password = PASSWORD) => phone.client.logIn({ handle: { email }, password });
const nextLink = async (email: string) => /^https?:\S+\/links\/\S+$/m.exec((await gateway.mails.next(email)).text)?.[0] ?? "";
const submitLink = async (link: string, form: Record<string, string> = {}) =>
  (await fetch(link, { method: "POST", body: new URLSearchParams(form) })).status;

describe("client - signing up", () => {
  it("sign up with a code - app closed in between to read mail - a JWT that the published keys verify", async () => {
    const phone = createDevice(gateway, application);
    const email = uniqueEmail("Ann");
    const shown = await phone.client.application();
    expect(shown).toMatchObject({ name: "Blue Heron", signUp: { enabled: true, flow: "CODE" }, defaultLocale: "en" });
    requireResult(await phone.client.signUp({ handle: { email }, password: PASSWORD, metadata: ANN }), "ConfirmationSent");
    const other = createDevice(gateway, application);
    await other.client.signUp({ handle: { email }, password: "another client's password", metadata: ANN });
    const code = await gateway.mails.nextCode(email);
    const reopened = createDevice(gateway, application, { store: phone.store });
    expect(await reopened.client.completeSignUp({ handle: { email }, code: "12345" })).toMatchObject({ code: "INVALID_CODE" });
    requireResult(await reopened.client.completeSignUp({ handle: { email }, code }), "LoggedIn");
    const jwt = await reopened.client.jwt();
    const keys = jwksRsa({ jwksUri: `${gateway.url}/apps/${application.id}/.well-known/jwks.json` });
    const key = await keys.getSigningKey(decode(jwt, { complete: true })?.header.kid);
    const claims = verify(jwt, key.getPublicKey(), { algorithms: ["RS256"], audience: application.id, clockTimestamp: now() });
    expect(claims).toMatchObject({ ...ANN, email: email.toLowerCase(), role: "member", sub: (await reopened.client.me()).id });
    expect(await logIn(other, email, "another client's password")).toMatchObject({ __typename: "InvalidCredentials" });
  });

  it("sign up by link - opened in any browser - the app logs in afterwards; flow NONE logs in immediately", async () => {
    const linked = await gateway.createApplication("Grey Heron", "signUp.flow=LINK");
    const phone = createDevice(gateway, linked);
    const email = uniqueEmail();
    requireResult(await phone.client.signUp({ handle: { email }, password: PASSWORD }), "ConfirmationSent");
    expect(await logIn(phone, email)).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await submitLink(await nextLink(email))).toBe(200);
    expect(await logIn(phone, email)).toMatchObject({ __typename: "LoggedIn" });
    await gateway.configure(linked.id, "signUp.flow=NONE");
    const other = createDevice(gateway, linked);
    requireResult(await other.client.signUp({ handle: { email: uniqueEmail() }, password: PASSWORD }), "LoggedIn");
    expect(await other.client.isLoggedIn()).toBe(true);
    expect(await other.client.signUp({ handle: { email }, password: PASSWORD })).toMatchObject({ code: "HANDLE_UNAVAILABLE" });
  });

  it("sign up - invalid input - answers the field, the rule and the retry delay", async () => {
    const { client } = createDevice(gateway, application, { locale: "de" });
    const attempt = (more: object) => client.signUp({ handle: { email: uniqueEmail() }, password: PASSWORD, metadata: ANN, ...more });
    expect(await attempt({ password: "password12" })).toMatchObject({ violations: ["TOO_COMMON"], path: ["password"] });
    expect(await attempt({ metadata: {} })).toMatchObject({ fields: [{ path: "user_data.name.first", reason: "REQUIRED" }] });
    expect(await attempt({ metadata: { ...ANN, role: "admin" } })).toMatchObject({ fields: [{ path: "role", reason: "NOT_ALLOWED" }] });
    expect(await attempt({ handle: { email: "not-an-address" } })).toMatchObject({
      __typename: "HandleInvalid",
      path: ["handle", "email"],
    });
    const wrong = await client.completeSignUp({ handle: { email: uniqueEmail() }, code: "000000" });
    expect(wrong).toMatchObject({ __typename: "InvalidCode", message: "Der Code ist falsch oder nicht mehr gültig." });
  });

  it("invitation - sent, resent, accepted - the guest has the host's metadata; a revoked one is rejected", async () => {
    const host = createDevice(gateway, application);
    await join(host);
    const [email, unwanted] = [uniqueEmail("guest"), uniqueEmail("guest")];
    const invite = (to: string) => host.client.invite({ handle: { email: to }, metadata: { team: "red" }, locale: "fr" });
    const { invitation } = requireResult(await invite(email), "InvitationSent");
    const first = await gateway.mails.next(email);
    expect(first.text).toContain("https://heron.example/join#code=");
    gateway.clock.move({ seconds: 61 });
    requireResult(await host.client.resendInvitation({ invitationId: invitation.id }), "InvitationSent");
    const code = await gateway.mails.nextCode(email);
    const guest = createDevice(gateway, application);
    const accept = (to: string, digits: string) =>
      guest.client.acceptInvitation({ handle: { email: to }, code: digits, password: PASSWORD, metadata: ANN });
    const joined = requireResult(await accept(email, code), "LoggedIn");
    expect(joined.user).toMatchObject({ email, locale: "fr", metadata: { ...ANN, team: "red", role: "member" } });
    const { invitation: second } = requireResult(await invite(unwanted), "InvitationSent");
    const worthless = await gateway.mails.nextCode(unwanted);
    expect((await host.client.revokeInvitation({ invitationId: second.id })).invitation.status).toBe("REVOKED");
    expect(await accept(unwanted, worthless)).toMatchObject({ __typename: "InvalidCode" });
    const { edges, pageInfo } = await host.client.invitations({ first: 10 });
    expect(edges.map(({ node }) => [node.email, node.status])).toEqual([
      [unwanted, "REVOKED"],
      [email, "ACCEPTED"],
    ]);
    expect(pageInfo.hasNextPage).toBe(false);
  });
});

describe("client - passwords", () => {
  it("forgotten password - mailed code - all devices are logged out, this one is a recognised device", async () => {
    const [phone, laptop] = [createDevice(gateway, application), createDevice(gateway, application)];
    const { email } = await join(phone);
    await logIn(laptop, email);
    requireResult(await phone.client.forgotPassword({ handle: { email } }), "PasswordResetRequested");
    const code = await gateway.mails.nextCode(email);
    const reset = (newPassword: string): Promise<ResetPasswordResult> =>
      phone.client.resetPassword({ handle: { email }, code, newPassword });
    expect(await reset("password12")).toMatchObject({ __typename: "PasswordRefused" });
    expect(await reset(NEW_PASSWORD)).toMatchObject({ __typename: "PasswordReset", sessionsEnded: 2 });
    expect(await reset("yet another password")).toMatchObject({ __typename: "InvalidCode" });
    await expect(laptop.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(laptop.sessionEndedCount).toBe(1);
    expect((await logIn(laptop, email)).__typename).toBe("InvalidCredentials");
    expect((await logIn(phone, email, NEW_PASSWORD)).__typename).toBe("LoggedIn");
    expect((await gateway.mails.next(email)).subject).toMatch(/password/i);
  });

  it("forgotten password - page of the link - sets it without the app", async () => {
    const phone = createDevice(gateway, application);
    const { email } = await join(phone);
    await phone.client.forgotPassword({ handle: { email } });
    const link = await nextLink(email);
    expect(await submitLink(link, { password: "short" })).toBe(422);
    expect(await submitLink(link, { password: NEW_PASSWORD })).toBe(200);
    expect(await submitLink(link, { password: "yet another password" })).toBe(404);
    expect((await logIn(phone, email, NEW_PASSWORD)).__typename).toBe("LoggedIn");
  });

  it("change password - wrong, then right current password - other devices are logged out, this device continues", async () => {
    const [phone, laptop] = [createDevice(gateway, application), createDevice(gateway, application)];
    const { email } = await join(phone);
    await logIn(laptop, email);
    const change = (currentPassword: string) => phone.client.changePassword({ currentPassword, newPassword: NEW_PASSWORD });
    expect(await change("not the password")).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await change(PASSWORD)).toMatchObject({ __typename: "PasswordChanged" });
    await expect(laptop.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await phone.client.me()).sessions).toHaveLength(1);
    expect((await logIn(laptop, email, NEW_PASSWORD)).__typename).toBe("LoggedIn");
  });
});

describe("client - second factor", () => {
  it("authenticator - required by the application, requested on the next device, disabled - each step is a method", async () => {
    const strict = await gateway.createApplication("Strict", "signUp.flow=NONE", "secondFactor.mode=TOTP", "secondFactor.required=true");
    const [phone, laptop, tablet] = [createDevice(gateway, strict), createDevice(gateway, strict), createDevice(gateway, strict)];
    const email = uniqueEmail();
    requireResult(await phone.client.signUp({ handle: { email }, password: PASSWORD }), "SecondFactorEnrollmentRequired");
    await expect(phone.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const { secret } = requireResult(await phone.client.enrollTotp(), "TotpEnrollment");
    const authenticator = new Authenticator(secret, gateway);
    expect(await phone.client.confirmTotp({ code: authenticator.wrongCode() })).toMatchObject({ code: "INVALID_CODE" });
    const { recoveryCodes } = requireResult(await phone.client.confirmTotp({ code: authenticator.code() }), "SecondFactorEnabled");
    expect(await phone.client.me()).toMatchObject({ email, secondFactors: [{ method: "TOTP" }], recoveryCodesLeft: 10 });
    const proofs = [{ code: authenticator.nextCode() }, { recoveryCode: recoveryCodes[0] ?? "" }];
    for (const [index, other] of [laptop, tablet].entries()) {
      const { challengeToken } = requireResult(await logIn(other, email), "SecondFactorRequired");
      expect(await other.client.isLoggedIn()).toBe(false);
      requireResult(await other.client.completeLogIn({ challengeToken, proof: proofs[index] as { code: string } }), "LoggedIn");
      expect((await other.client.me()).email).toBe(email);
    }
    gateway.clock.move({ minutes: 6 });
    expect(await phone.client.disableSecondFactor()).toMatchObject({ __typename: "ReauthenticationRequired" });
    const { challengeToken } = requireResult(await phone.client.reauthenticate({ password: PASSWORD }), "SecondFactorRequired");
    const proof = { code: authenticator.nextCode() };
    requireResult(await phone.client.completeReauthentication({ challengeToken, proof }), "Reauthenticated");
    requireResult(await phone.client.disableSecondFactor(), "SecondFactorDisabled");
  });
});

describe("client - own account", () => {
  it("SE-24 new address - recently authenticated - confirmed at the new address, announced at the old, same user, other devices logged out", async () => {
    const [phone, laptop] = [createDevice(gateway, application), createDevice(gateway, application)];
    const { email, user } = await join(phone);
    await logIn(laptop, email);
    gateway.clock.move({ minutes: 6 });
    const next = uniqueEmail("moved");
    const change = () => phone.client.changeHandle({ handle: { email: next } });
    expect(await change()).toMatchObject({ __typename: "ReauthenticationRequired" });
    expect(await phone.client.reauthenticate({ password: "not the password" })).toMatchObject({ __typename: "InvalidCredentials" });
    requireResult(await phone.client.reauthenticate({ password: PASSWORD }), "Reauthenticated");
    requireResult(await change(), "CodeSent");
    expect((await gateway.mails.next(email)).subject).toContain("about to change");
    const code = await gateway.mails.nextCode(next);
    expect(requireResult(await phone.client.confirmHandle({ code }), "HandleChanged").user).toEqual({ id: user.id, email: next });
    expect(decode(await phone.client.jwt())).toMatchObject({ email: next, sub: user.id });
    await expect(laptop.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect((await gateway.mails.next(email)).subject).toContain("was changed");
    expect((await logIn(laptop, email)).__typename).toBe("InvalidCredentials");
    expect((await logIn(laptop, next)).__typename).toBe("LoggedIn");
  });

  it("sessions - three devices - listed, one revoked, then all ended", async () => {
    const [phone, laptop, tablet] = [
      createDevice(gateway, application),
      createDevice(gateway, application),
      createDevice(gateway, application),
    ];
    const { email } = await join(phone);
    for (const other of [laptop, tablet]) await logIn(other, email);
    const { sessions } = await phone.client.me();
    expect(sessions.map(({ isCurrent }) => isCurrent).sort()).toEqual([false, false, true]);
    const laptops = (await laptop.client.me()).sessions.find(({ isCurrent }) => isCurrent);
    expect(await phone.client.revokeSession({ sessionId: laptops?.id ?? "" })).toEqual({ sessionsEnded: 1 });
    await expect(laptop.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect(await phone.client.logOutEverywhere()).toEqual({ sessionsEnded: 2 });
    await expect(tablet.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    expect([phone.sessionEndedCount, laptop.sessionEndedCount, tablet.sessionEndedCount]).toEqual([0, 1, 1]);
  });

  it("locale and metadata - changed - apply to the next mail and the next token", async () => {
    const phone = createDevice(gateway, application);
    const { email } = await join(phone);
    expect(await phone.client.setLocale({ locale: "es" })).toMatchObject({ __typename: "LocaleRefused" });
    requireResult(await phone.client.setLocale({ locale: "fr" }), "ProfileUpdated");
    requireResult(await phone.client.setMetadata({ metadata: { user_data: { name: { first: "Anna" } } } }), "ProfileUpdated");
    expect(decode(await phone.client.jwt())).toMatchObject({ user_data: { name: { first: "Anna" } }, role: "member" });
    await phone.client.changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD });
    expect((await gateway.mails.next(email)).subject).toContain("mot de passe");
  });

  it("delete account - recently authenticated - removed on every device and in every table; the address signs up as a new user", async () => {
    const [phone, laptop] = [createDevice(gateway, application), createDevice(gateway, application)];
    const { email, user } = await join(phone);
    await logIn(laptop, email);
    gateway.clock.move({ minutes: 6 });
    expect(await phone.client.deleteAccount()).toMatchObject({ __typename: "ReauthenticationRequired" });
    requireResult(await phone.client.reauthenticate({ password: PASSWORD }), "Reauthenticated");
    requireResult(await phone.client.deleteAccount(), "AccountDeleted");
    expect([await phone.client.isLoggedIn(), await phone.store.get()]).toEqual([false, null]);
    await expect(laptop.client.me()).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    await gateway.mails.next(email);
    expect(await gateway.dump()).not.toContain(email);
    expect((await join(phone, email)).user.id).not.toBe(user.id);
  });
});

const now = () => Math.floor(gateway.clock.now().getTime() / 1000);
