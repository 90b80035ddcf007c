import { decode } from "jsonwebtoken";
import jsQRModule from "jsqr";
import { PNG } from "pngjs";
import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  ChangeHandleDocument,
  ChangePasswordDocument,
  ConfirmHandleDocument,
  DeleteAccountDocument,
  DisableSecondFactorDocument,
  EnrollTotpDocument,
  ForgotPasswordDocument,
  IssueJwtDocument,
  LogInDocument,
  MeDocument,
  RefreshSessionDocument,
  RegenerateRecoveryCodesDocument,
  ResetPasswordDocument,
} from "../support/generated/authentication.js";
import { logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import {
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollTotp,
  reauthenticateFully,
  requireFullLogIn,
  signUpWithTotp,
} from "../support/second-factor.js";

const gateway = gatewayForFile();
// A CommonJS package whose types and exports disagree about the default.
const jsQR = jsQRModule as unknown as (data: Uint8ClampedArray, width: number, height: number) => { data: string } | null;

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", "secondFactor.mode=google");
});

const claimsOf = (jwt: string) => decode(jwt) as Record<string, unknown>;
/** A token is signed a moment after the proof. */
const momentsBefore = (instant: unknown) =>
  expect.toSatisfy((value: number) => Number(instant) - value >= 0 && Number(instant) - value <= 5, "moments before");
const eventsOf = async (actor: string) =>
  (await gateway.query<{ event: string }>("SELECT event FROM audit_events WHERE actor = ? ORDER BY created_at", [actor])).map(
    ({ event }) => event,
  );

describe("TOTP", () => {
  it("enroll, confirm, log in - with the codes of an authenticator - log-in has two steps afterwards", async () => {
    const person = await signUpPerson(gateway, application);
    const other = await requireLogIn(application.client, person.email);
    const authenticator = await enrollTotp(gateway, person.client);
    const enabled = await confirmTotp(person.client, authenticator.code());
    expect(enabled).toMatchObject({ __typename: "SecondFactorEnabled", loggedIn: null });
    const { me } = await person.client.expect(MeDocument, {});
    expect(me?.secondFactors).toEqual([
      { id: expect.any(String), method: "TOTP", enrolledAt: expect.any(String), lastUsedAt: expect.any(String) },
    ]);
    expect(me?.recoveryCodesLeft).toBe(10);
    // Sessions opened before have not seen the factor: they ended.
    expect((await application.client.with({ token: other.sessionToken }).run(MeDocument, {})).errors[0]?.extensions.code).toBe(
      "UNAUTHENTICATED",
    );
    const answer = await logIn(application.client, person.email);
    expect(answer).toMatchObject({ __typename: "SecondFactorRequired", methods: ["TOTP"], maskedPhone: null });
    const challengeToken = answer.__typename === "SecondFactorRequired" ? answer.challengeToken : "";
    expect(challengeToken).toMatch(/^lk_chl_[\w-]{43}$/);
    const loggedIn = await completeLogIn(application.client, challengeToken, { code: authenticator.nextCode() });
    expect(loggedIn).toMatchObject({ __typename: "LoggedIn", user: { email: person.email } });
    expect((await gateway.mails.next(person.email)).subject).toContain("second factor");
    expect(await eventsOf(person.tokens.user.id)).toEqual(
      expect.arrayContaining(["SECOND_FACTOR_ENABLED", "SECOND_FACTOR_REQUIRED", "LOG_IN"]),
    );
  });

  it("QR code - read by a camera's decoder - is the otpauth URL with heading, address and parameters", async () => {
    const own = await gateway.createApplication("Grüne & Weiße Reiher: Nord", "secondFactor.mode=google");
    const { client, email } = await signUpPerson(gateway, own);
    const read = async () => {
      const { enrollTotp: answer } = await client.expect(EnrollTotpDocument, {});
      if (answer.__typename !== "TotpEnrollment") throw new Error(answer.__typename);
      expect(answer.qrCode).toMatch(/^data:image\/png;base64,/);
      const { data, width, height } = PNG.sync.read(Buffer.from(answer.qrCode.split(",")[1] ?? "", "base64"));
      expect(jsQR(new Uint8ClampedArray(data), width, height)?.data).toBe(answer.otpauthUrl);
      const url = new URL(answer.otpauthUrl);
      expect([url.protocol, url.host]).toEqual(["otpauth:", "totp"]);
      expect(Object.fromEntries(url.searchParams)).toMatchObject({ secret: answer.secret, algorithm: "SHA1", digits: "6", period: "30" });
      expect(answer.secret).toMatch(/^[A-Z2-7]{32}$/);
      return { label: decodeURIComponent(url.pathname).replace(/^\/+/, ""), issuer: url.searchParams.get("issuer") };
    };
    expect(await read()).toEqual({ label: `Grüne & Weiße Reiher  Nord:${email}`, issuer: "Grüne & Weiße Reiher  Nord" });
    await gateway.configure(own.id, "secondFactor.totpHeading=Reiher %2F 100%");
    expect(await read()).toEqual({ label: `Reiher %2F 100%:${email}`, issuer: "Reiher %2F 100%" });
    await gateway.configure(own.id, `general.name=${"鷺".repeat(128)}`, "secondFactor.totpHeading=");
    expect((await read()).issuer).toBe("鷺".repeat(64));
  });

  it("enrollTotp - while one is enrolled - requires both factors, and the old one stays until the new one is confirmed", async () => {
    const person = await signUpWithTotp(gateway, application);
    gateway.clock.move({ minutes: 6 });
    const refused = await person.client.expect(EnrollTotpDocument, {});
    expect(refused.enrollTotp).toMatchObject({ __typename: "ReauthenticationRequired" });
    await reauthenticateFully(person.client, person.authenticator);
    const next = await enrollTotp(gateway, person.client);
    const { sessionToken } = await requireFullLogIn(application.client, person);
    expect(await confirmTotp(person.client, next.nextCode())).toMatchObject({ __typename: "SecondFactorEnabled" });
    expect((await application.client.with({ token: sessionToken }).run(MeDocument, {})).errors).toHaveLength(1);
    const challengeToken = await beginLogIn(application.client, person.email);
    expect(await completeLogIn(application.client, challengeToken, { code: person.authenticator.nextCode() })).toMatchObject({
      __typename: "InvalidCode",
    });
    expect(await completeLogIn(application.client, challengeToken, { code: next.nextCode() })).toMatchObject({ __typename: "LoggedIn" });
    // The recovery codes of before went with it.
    const again = await beginLogIn(application.client, person.email);
    expect(await completeLogIn(application.client, again, { recoveryCode: person.recoveryCodes[0] ?? "" })).toMatchObject({
      __typename: "InvalidCode",
    });
  });

  it("mode NONE - enrollTotp - SecondFactorOff, and enrolled users are still asked", async () => {
    const own = await gateway.createApplication("Fickle", "secondFactor.mode=TOTP");
    const person = await signUpWithTotp(gateway, own);
    await gateway.configure(own.id, "secondFactor.mode=NONE");
    const other = await signUpPerson(gateway, own);
    expect((await other.client.expect(EnrollTotpDocument, {})).enrollTotp).toMatchObject({ __typename: "SecondFactorOff" });
    await requireLogIn(own.client, other.email);
    await requireFullLogIn(own.client, person);
  });
});

describe("amr and auth_time", () => {
  it("log-in, refresh, issueJwt, reauthenticate - claims - show method and time of authentication; a refresh changes neither", async () => {
    const person = await signUpPerson(gateway, application);
    const password = claimsOf(person.tokens.jwt);
    expect(password).toMatchObject({ amr: ["pwd"], auth_time: momentsBefore(password["iat"]) });
    const authenticator = await enrollTotp(gateway, person.client);
    await confirmTotp(person.client, authenticator.code());
    const tokens = await requireFullLogIn(application.client, { ...person, authenticator, recoveryCodes: [] });
    const full = claimsOf(tokens.jwt);
    expect(full).toMatchObject({ amr: ["pwd", "otp", "mfa"], auth_time: momentsBefore(full["iat"]) });
    gateway.clock.move({ minutes: 2 });
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } });
    if (refreshSession.__typename !== "LoggedIn") throw new Error(refreshSession.__typename);
    const later = claimsOf(refreshSession.jwt);
    expect(later).toMatchObject({ amr: ["pwd", "otp", "mfa"], auth_time: full["auth_time"] });
    expect(later["iat"]).toBeGreaterThan(Number(full["iat"]) + 100);
    const client = application.client.with({ token: refreshSession.sessionToken });
    await reauthenticateFully(client, authenticator);
    const { issueJwt } = await client.expect(IssueJwtDocument, { input: {} });
    const proved = claimsOf(issueJwt.jwt);
    expect(proved).toMatchObject({ amr: ["pwd", "otp", "mfa"], auth_time: momentsBefore(proved["iat"]) });
  });

  it("confirmTotp - in a session opened by password - extends amr and keeps auth_time", async () => {
    const person = await signUpPerson(gateway, application);
    gateway.clock.move({ minutes: 1 });
    const authenticator = await enrollTotp(gateway, person.client);
    await confirmTotp(person.client, authenticator.code());
    const { issueJwt } = await person.client.expect(IssueJwtDocument, { input: {} });
    expect(claimsOf(issueJwt.jwt)).toMatchObject({
      amr: ["pwd", "otp", "mfa"],
      auth_time: claimsOf(person.tokens.jwt)["auth_time"],
    });
  });
});

describe("user with a second factor", () => {
  it("disable, change password, delete account - public operations only - each requires both factors", async () => {
    const person = await signUpWithTotp(gateway, application);
    const { client, authenticator, email } = person;
    gateway.clock.move({ minutes: 6 });
    const newPassword = "another hedgehog parade";
    const guarded = async () => [
      (await client.expect(ChangePasswordDocument, { input: { currentPassword: PASSWORD, newPassword } })).changePassword.__typename,
      (await client.expect(RegenerateRecoveryCodesDocument, {})).regenerateRecoveryCodes.__typename,
      (await client.expect(ChangeHandleDocument, { input: { handle: { email: uniqueEmail() } } })).changeHandle.__typename,
      (await client.expect(DisableSecondFactorDocument, {})).disableSecondFactor.__typename,
      (await client.expect(DeleteAccountDocument, {})).deleteAccount.__typename,
    ];
    expect(await guarded()).toEqual(Array.from({ length: 5 }, () => "ReauthenticationRequired"));
    await reauthenticateFully(client, authenticator);
    const { changePassword } = await client.expect(ChangePasswordDocument, { input: { currentPassword: PASSWORD, newPassword } });
    expect(changePassword).toMatchObject({ __typename: "PasswordChanged" });
    const moved = uniqueEmail("moved-");
    const { changeHandle } = await client.expect(ChangeHandleDocument, { input: { handle: { email: moved } } });
    expect(changeHandle).toMatchObject({ __typename: "CodeSent" });
    const { confirmHandle } = await client.expect(ConfirmHandleDocument, { input: { code: await gateway.mails.nextCode(moved) } });
    expect(confirmHandle).toMatchObject({ __typename: "HandleChanged" });
    const { disableSecondFactor } = await client.expect(DisableSecondFactorDocument, {});
    expect(disableSecondFactor).toMatchObject({ __typename: "SecondFactorDisabled", user: { id: person.tokens.user.id } });
    const { me } = await client.expect(MeDocument, {});
    expect(me).toMatchObject({ secondFactors: [], recoveryCodesLeft: 0 });
    await requireLogIn(application.client, moved, newPassword);
    expect((await client.expect(DeleteAccountDocument, {})).deleteAccount).toMatchObject({ __typename: "AccountDeleted" });
    expect(await logIn(application.client, moved, newPassword)).toMatchObject({ __typename: "InvalidCredentials" });
    expect(await logIn(application.client, email, newPassword)).toMatchObject({ __typename: "InvalidCredentials" });
    for (const table of ["second_factors", "recovery_codes", "sessions"])
      expect(await gateway.query(`SELECT * FROM ${table} WHERE user_id = ?`, [person.tokens.user.id])).toEqual([]);
  });

  it("forgot password - reset by mail - log-in still requires the factor", async () => {
    const person = await signUpWithTotp(gateway, application);
    const handle = { email: person.email };
    expect((await gateway.mails.next(person.email)).subject).toContain("second factor");
    const { forgotPassword } = await application.client.expect(ForgotPasswordDocument, { input: { handle } });
    const ticket = forgotPassword.__typename === "PasswordResetRequested" ? forgotPassword.ticket : "";
    const newPassword = "forgotten hedgehog parade";
    const code = await gateway.mails.nextCode(person.email);
    const { resetPassword } = await application.client.expect(ResetPasswordDocument, { input: { handle, code, ticket, newPassword } });
    if (resetPassword.__typename !== "PasswordReset") throw new Error(resetPassword.__typename);
    // A device token is for the password step alone.
    const { logIn: answer } = await application.client.expect(LogInDocument, {
      input: { handle, password: newPassword, deviceToken: resetPassword.deviceToken ?? null },
    });
    expect(answer).toMatchObject({ __typename: "SecondFactorRequired" });
  });
});
