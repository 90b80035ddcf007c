import { beforeAll, describe, expect, it } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  MeDocument,
  ResendSignUpCodeDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication("Blue Heron", 'locales.supported=["en","de","fr"]');
});

const complete = async (email: string, code: string, ticket?: string) =>
  (await application.client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket: ticket ?? null } })).completeSignUp;

describe("sign up with a code", () => {
  it("sign up - right code and ticket - creates the user, logs in, keeps password and metadata", async () => {
    const email = uniqueEmail("Ann").replace("ann", "Ann");
    const typed = ` ${email.toUpperCase()} `;
    const ticket = await beginSignUp(application.client, typed);
    const mail = await gateway.mails.next(email);
    expect(mail.subject).toContain("Blue Heron");
    expect(mail.raw).toMatch(/^From: Blue Heron <gateway@latchkey\.example>/m);
    const code = /^(\d{6})$/m.exec(mail.text)?.[1] ?? "";
    expect(mail.html).toContain(code);
    const done = await complete(email, code, ticket);
    if (done.__typename !== "LoggedIn") throw new Error(JSON.stringify(done));
    expect(done.user).toMatchObject({ email: email.toLowerCase(), locale: "en", metadata: {} });
    const { me } = await application.client.with({ token: done.sessionToken }).expect(MeDocument, {});
    expect(me).toMatchObject({ id: done.user.id, isAnonymous: false });
    expect(me?.sessions).toHaveLength(1);
    expect(await requireLogIn(application.client, email)).toMatchObject({ user: { id: done.user.id } });
  });

  it("sign up - consumed code - is rejected", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const code = await gateway.mails.nextCode(email);
    expect(await complete(email, code, ticket)).toMatchObject({ __typename: "LoggedIn" });
    expect(await complete(email, code, ticket)).toMatchObject({ __typename: "InvalidCode", code: "INVALID_CODE" });
  });

  it("sign up - code after 15 minutes - is rejected; a new code works", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const old = await gateway.mails.nextCode(email);
    gateway.clock.move({ minutes: 15, seconds: 1 });
    expect(await complete(email, old, ticket)).toMatchObject({ __typename: "InvalidCode" });
    await application.client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } });
    expect(await complete(email, await gateway.mails.nextCode(email), ticket)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("sign up - resend within a minute - sends nothing and keeps the code; later the new one replaces it", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const first = await gateway.mails.nextCode(email);
    const resend = () => application.client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } });
    expect((await resend()).resendSignUpCode).toMatchObject({ __typename: "ConfirmationSent" });
    gateway.clock.move({ seconds: 61 });
    await resend();
    const second = await gateway.mails.nextCode(email);
    expect(gateway.mails.countTo(email)).toBe(2);
    if (first !== second) expect(await complete(email, first, ticket)).toMatchObject({ __typename: "InvalidCode" });
    expect(await complete(email, second, ticket)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("sign up - registered address - equal answer and a notice to the owner", async () => {
    const owner = await signUpPerson(gateway, application);
    const known = await application.client.run(SignUpDocument, { input: { handle: { email: owner.email }, password: `${PASSWORD} 2` } });
    const unknown = await application.client.run(SignUpDocument, {
      input: { handle: { email: uniqueEmail() }, password: `${PASSWORD} 2` },
    });
    expect(Object.keys(known.data?.signUp ?? {})).toEqual(Object.keys(unknown.data?.signUp ?? {}));
    expect(known.text.length).toBe(unknown.text.length);
    const notice = await gateway.mails.next(owner.email);
    expect(notice.text).not.toMatch(/^\d{6}$/m);
    await requireLogIn(application.client, owner.email);
  });

  it("sign up - two people for one address, code with one's ticket - the password of that ticket is used", async () => {
    const email = uniqueEmail();
    const mine = await beginSignUp(application.client, email, { password: "my own long password" });
    const code = await gateway.mails.nextCode(email);
    await beginSignUp(application.client, email, { password: "another client's password" });
    expect(await complete(email, code, mine)).toMatchObject({ __typename: "LoggedIn" });
    expect(await logIn(application.client, email, "another client's password")).toMatchObject({ __typename: "InvalidCredentials" });
    await requireLogIn(application.client, email, "my own long password");
  });

  it("sign up - two people for one address, code without ticket - neither password is used and a reset is mailed", async () => {
    const email = uniqueEmail();
    await beginSignUp(application.client, email, { password: "my own long password" });
    const code = await gateway.mails.nextCode(email);
    await beginSignUp(application.client, email, { password: "another client's password" });
    expect(await complete(email, code)).toMatchObject({ __typename: "LoggedIn" });
    for (const password of ["my own long password", "another client's password"])
      expect(await logIn(application.client, email, password)).toMatchObject({ __typename: "InvalidCredentials" });
    const resetCode = await gateway.mails.nextCode(email);
    const input = { handle: { email }, code: resetCode, newPassword: "chosen after the proof" };
    expect((await application.client.expect(ResetPasswordDocument, { input })).resetPassword).toMatchObject({
      __typename: "PasswordReset",
    });
    await requireLogIn(application.client, email, "chosen after the proof");
  });

  it("sign up - German user - gets German mail and German messages", async () => {
    const email = uniqueEmail();
    const client = application.client.with({ headers: { "accept-language": "de-CH,de;q=0.9,en;q=0.5" } });
    await beginSignUp(client, email);
    expect((await gateway.mails.next(email)).subject).toContain("Ihr Code");
    const wrong = await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code: "0000000" } });
    expect(wrong.completeSignUp).toMatchObject({ message: "Der Code ist falsch oder nicht mehr gültig." });
  });

  it("sign up - disabled - answers SignUpClosed from the next request; enabled again it works", async () => {
    const own = await gateway.createApplication("Closed", "signUp.enabled=false");
    const attempt = async () =>
      (await own.client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } })).signUp;
    expect(await attempt()).toMatchObject({ __typename: "SignUpClosed", code: "SIGN_UP_CLOSED" });
    await gateway.configure(own.id, "signUp.enabled=true");
    expect(await attempt()).toMatchObject({ __typename: "ConfirmationSent" });
  });

  it("sign up - maximum of users reached - answers SignUpClosed", async () => {
    const own = await gateway.createApplication("Small", "signUp.maximumUsers=1");
    await signUpPerson(gateway, own);
    const { signUp } = await own.client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    expect(signUp).toMatchObject({ __typename: "SignUpClosed" });
  });

  it("sign up - flow NONE - logs in immediately and reveals a registered address", async () => {
    const own = await gateway.createApplication("Open", "signUp.flow=NONE");
    const email = uniqueEmail();
    const attempt = async () => (await own.client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } })).signUp;
    expect(await attempt()).toMatchObject({ __typename: "LoggedIn", user: { email } });
    expect(await attempt()).toMatchObject({ __typename: "HandleUnavailable", code: "HANDLE_UNAVAILABLE" });
  });
});

describe("invalid sign-ups", () => {
  const refuse = async (client: TestApplication["client"], more: object) =>
    (await client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD, ...more } })).signUp;

  it.each([
    "plain",
    "a@b",
    "a b@mail.example",
    "a@[127.0.0.1]",
    '"a"@mail.example',
    "a@mail.example,b@mail.example",
    "a@mail.example\r\nBcc: x@y.example",
    "a..b@mail.example",
  ])("sign up - address %j - answers HandleInvalid", async (email) => {
    expect(await refuse(application.client, { handle: { email } })).toMatchObject({
      __typename: "HandleInvalid",
      path: ["handle", "email"],
    });
  });

  it("sign up - metadata by the application's fields - is stored nested; unknown, wrong and developers' fields are rejected", async () => {
    const fields = [
      { path: "user_data.name.first", required: true },
      { path: "age", type: "NUMBER" },
      { path: "role", setBy: "DEVELOPER", default: "member" },
    ];
    const own = await gateway.createApplication("Fields", `metadata.fields=${JSON.stringify(fields)}`);
    const named = { user_data: { name: { first: "Ann" } } };
    const reasons = async (metadata: object) => {
      const answer = await refuse(own.client, { metadata });
      return answer.__typename === "MetadataRefused" ? answer.fields.map(({ path, reason }) => `${path} ${reason}`) : answer;
    };
    expect(await reasons({})).toEqual(["user_data.name.first REQUIRED"]);
    expect(await reasons({ ...named, role: "admin" })).toEqual(["role NOT_ALLOWED"]);
    expect(await reasons({ ...named, age: "12" })).toEqual(["age TYPE"]);
    expect(await reasons({ ...named, user_data: { name: { first: "Ann", middle: "B" } } })).toEqual(["user_data.name.middle UNKNOWN"]);
    const person = await signUpPerson(gateway, own, uniqueEmail(), { metadata: { ...named, age: 12 } });
    expect(person.tokens.user.metadata).toEqual({ ...named, age: 12, role: "member" });
  });
});

describe("forgotten password", () => {
  it("reset - mailed code - sets the password, ends sessions, notifies the owner", async () => {
    const person = await signUpPerson(gateway, application);
    gateway.clock.move({ seconds: 61 });
    const { forgotPassword } = await application.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    if (forgotPassword.__typename !== "PasswordResetRequested") throw new Error(JSON.stringify(forgotPassword));
    const code = await gateway.mails.nextCode(person.email);
    const reset = async (newPassword: string) =>
      (
        await application.client.expect(ResetPasswordDocument, {
          input: { handle: { email: person.email }, code, ticket: forgotPassword.ticket, newPassword },
        })
      ).resetPassword;
    expect(await reset("password12")).toMatchObject({ __typename: "PasswordRefused", violations: ["TOO_COMMON"] });
    expect(await reset("another long password")).toMatchObject({ __typename: "PasswordReset", sessionsEnded: 1 });
    expect((await person.client.run(MeDocument, {})).errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    expect(await logIn(application.client, person.email)).toMatchObject({ __typename: "InvalidCredentials" });
    await requireLogIn(application.client, person.email, "another long password");
    expect((await gateway.mails.next(person.email)).subject).toMatch(/password/i);
  });
});
