import { MoreThan } from "typeorm";
import { describe, expect, it } from "vitest";
import { RateLimitBucketEntity } from "../../src/domain/rate-limiting/index.js";
import { TestGateway } from "../support/gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  LogInDocument,
  RefreshSessionDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { rateLimitFixture } from "../support/rate-limit-fixture.js";

const fixture = rateLimitFixture();
const { gateway, clientFrom, guessPassword, repeat } = fixture;
const address = (index: number) => `203.0.${index >> 8}.${index & 255}`;

describe("waits", () => {
  it("TH-01 log in - right password after five wrong ones - is limited without being checked; after the wait it works", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const client = clientFrom("192.0.2.1");
    await repeat(5, () => guessPassword(client, email));
    expect(await logIn(client, email)).toMatchObject({ __typename: "TooManyAttempts", retryAfterSeconds: 30 });
    gateway.clock.move({ seconds: 31 });
    await requireLogIn(client, email);
  });

  it("TH-01 log in - attempts during the wait - do not extend it; a wrong one after it doubles it", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const client = clientFrom("192.0.2.2");
    await repeat(5, () => guessPassword(client, email));
    await repeat(3, () => guessPassword(client, email));
    const waits: number[] = [];
    for (let round = 0; round < 3; round++) {
      const refused = await guessPassword(client, email);
      if (refused.__typename !== "TooManyAttempts") throw new Error(`round ${round}: ${refused.__typename}`);
      waits.push(refused.retryAfterSeconds);
      gateway.clock.move({ seconds: refused.retryAfterSeconds + 1 });
      expect((await guessPassword(client, email)).__typename).toBe("InvalidCredentials");
    }
    expect(waits).toEqual([30, 60, 120]);
  });

  it("TH-01 log in - success - resets the failures of that account and network", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const client = clientFrom("192.0.2.3");
    await repeat(3, async () => {
      await repeat(4, () => guessPassword(client, email));
      await requireLogIn(client, email);
      gateway.clock.move({ seconds: 30 });
    });
  });

  it("TH-25 log in - clock set back an hour during a wait - the wait keeps its length", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const client = clientFrom("192.0.2.4");
    await repeat(5, () => guessPassword(client, email));
    gateway.clock.move({ hours: -1 });
    expect(await logIn(client, email)).toMatchObject({ __typename: "TooManyAttempts" });
    gateway.clock.move({ seconds: 32 });
    await requireLogIn(client, email);
    gateway.clock.move({ hours: 1 });
  });

  it("TH-10 log in - spellings of one handle - share one limit; unknown handles have the same limit", async () => {
    for (const email of [(await signUpPerson(gateway, fixture.application)).email, uniqueEmail("unknown")]) {
      const client = clientFrom(email.startsWith("unknown") ? "192.0.2.6" : "192.0.2.5");
      const variants = [email, email.toUpperCase(), ` ${email}`, `${email} `, email.replace("mail", "MAIL")];
      for (const variant of variants) await guessPassword(client, variant);
      expect(await guessPassword(client, email)).toMatchObject({ __typename: "TooManyAttempts", retryAfterSeconds: 30 });
    }
  });

  it("TH-12 log in - 50 wrong passwords at once - no more than the limit are checked", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const answers = await Promise.all(Array.from({ length: 50 }, () => guessPassword(clientFrom("192.0.2.7"), email).catch(() => null)));
    const tested = answers.filter((answer) => answer?.__typename === "InvalidCredentials").length;
    expect(tested).toBeGreaterThan(0);
    expect(tested).toBeLessThanOrEqual(5);
    gateway.clock.move({ minutes: 16 });
    await requireLogIn(clientFrom("192.0.2.7"), email);
  });

  it("TH-13 log in - second instance and restart during a wait - still limit", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    await repeat(5, () => guessPassword(clientFrom("192.0.2.8"), email));
    const second = await TestGateway.start({ shareDatabaseOf: gateway });
    expect(await logIn(clientFrom("192.0.2.8").with({ baseUrl: second.url }), email)).toMatchObject({ __typename: "TooManyAttempts" });
    await second.stop();
    const events = await gateway.query("SELECT details FROM audit_events WHERE event = 'THROTTLE_TRIPPED'");
    expect(JSON.stringify(events)).toContain("logInFromNetwork");
    expect(JSON.stringify(events)).not.toContain(email);
  });
});

describe("legitimate users are not locked out", () => {
  it("TH-08 log in - attacker with many addresses - at most the account's limit is checked; the owner's session, device and reset work", async () => {
    const owner = await signUpPerson(gateway, fixture.application);
    const { deviceToken } = owner.tokens;
    let tested = 0;
    await repeat(25, async (index) => {
      if ((await guessPassword(clientFrom(address(index)), owner.email)).__typename === "InvalidCredentials") tested++;
      if (index % 10 === 0) gateway.clock.move({ minutes: 1 });
    });
    expect(tested).toBe(20);
    const input = { handle: { email: owner.email }, password: PASSWORD };
    expect((await fixture.application.client.expect(LogInDocument, { input })).logIn).toMatchObject({ __typename: "TooManyAttempts" });
    const refreshed = await fixture.application.client.expect(RefreshSessionDocument, {
      input: { refreshToken: owner.tokens.refreshToken },
    });
    expect(refreshed.refreshSession).toMatchObject({ __typename: "LoggedIn" });
    const known = await fixture.application.client.expect(LogInDocument, { input: { ...input, deviceToken } });
    expect(known.logIn).toMatchObject({ __typename: "LoggedIn", deviceToken });
    expect((await gateway.mails.next(owner.email)).subject).toContain("trying passwords");
    const { forgotPassword } = await fixture.application.client.expect(ForgotPasswordDocument, {
      input: { handle: { email: owner.email } },
    });
    if (forgotPassword.__typename !== "PasswordResetRequested") throw new Error("no reset");
    const code = await gateway.mails.nextCode(owner.email);
    const reset = { handle: { email: owner.email }, code, ticket: forgotPassword.ticket, newPassword: "a new long password" };
    expect((await fixture.application.client.expect(ResetPasswordDocument, { input: reset })).resetPassword).toMatchObject({
      __typename: "PasswordReset",
    });
    await requireLogIn(fixture.application.client, owner.email, "a new long password");
    const voided = await fixture.application.client.expect(LogInDocument, {
      input: { ...input, deviceToken, password: "a new long password" },
    });
    expect(voided.logIn.__typename === "LoggedIn" && voided.logIn.deviceToken).not.toBe(deviceToken);
  });

  it("TH-08 log in - guesses over many days - stop at 100 in a row until a recognised device or a reset unlocks the account", async () => {
    const own = await gateway.createApplication("Guessed");
    const owner = await signUpPerson(gateway, own);
    const guess = async () => (await guessPassword(own.client, owner.email)).__typename;
    expect(await guess()).toBe("InvalidCredentials");
    // As if 98 more guesses had been made on earlier days: the count of consecutive failures is the only one that lasts longer than a day.
    const tomorrow = new Date(gateway.clock.now().getTime() + 25 * 3_600_000);
    const { database } = gateway.services;
    const change = { count: 99 };
    const { affected } = await database.transaction(({ manager }) =>
      manager.update(RateLimitBucketEntity, { applicationId: own.id, windowEndsAt: MoreThan(tomorrow) }, change),
    );
    expect(affected).toBe(1);
    gateway.clock.move({ days: 2 });
    expect([await guess(), await guess()]).toEqual(["InvalidCredentials", "TooManyAttempts"]);
    gateway.clock.move({ days: 2 });
    const input = { handle: { email: owner.email }, password: PASSWORD };
    expect((await own.client.expect(LogInDocument, { input })).logIn).toMatchObject({ __typename: "TooManyAttempts" });
    const known = await own.client.expect(LogInDocument, { input: { ...input, deviceToken: owner.tokens.deviceToken ?? null } });
    expect(known.logIn).toMatchObject({ __typename: "LoggedIn" });
    await requireLogIn(own.client, owner.email);
  });

  it("TH-08 device token - of another user, altered, or malformed - gives no separate limit", async () => {
    const owner = await signUpPerson(gateway, fixture.application);
    const other = await signUpPerson(gateway, fixture.application);
    await repeat(5, () => guessPassword(clientFrom("192.0.2.9"), owner.email));
    const attempt = async (deviceToken: string | null | undefined) =>
      (
        await clientFrom("192.0.2.9").expect(LogInDocument, {
          input: { handle: { email: owner.email }, password: PASSWORD, deviceToken: deviceToken ?? null },
        })
      ).logIn;
    const own = owner.tokens.deviceToken ?? "";
    const flipped = own.slice(0, -2) + (own.at(-2) === "A" ? "B" : "A") + own.slice(-1);
    for (const token of [other.tokens.deviceToken, flipped, `${own}=`, "lk_dev_x", ""])
      expect(await attempt(token)).toMatchObject({ __typename: "TooManyAttempts" });
    expect(await attempt(own)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("shared address - 24 users behind one address sign up and log in, some mistype - none is limited", async () => {
    const room = clientFrom("192.0.2.60");
    const people: string[] = [];
    await repeat(24, async (index) => {
      const email = uniqueEmail("pupil");
      const ticket = await beginSignUp(room, email);
      const code = await gateway.mails.nextCode(email);
      if (index % 10 === 0)
        await room.expect(CompleteSignUpDocument, { input: { handle: { email }, code: code === "000000" ? "000001" : "000000", ticket } });
      const { completeSignUp } = await room.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } });
      expect(completeSignUp).toMatchObject({ __typename: "LoggedIn" });
      people.push(email);
      gateway.clock.move({ seconds: 10 });
    });
    gateway.clock.move({ hours: 2 });
    for (let start = 0; start < people.length; start += 12) {
      const group = people.slice(start, start + 12);
      const answers = await Promise.all(group.map((email) => logIn(room, email)));
      expect(answers.map(({ __typename }) => __typename)).toEqual(group.map(() => "LoggedIn"));
      await guessPassword(room, group[0] ?? "");
      gateway.clock.move({ seconds: 20 });
    }
  });
});

describe("limits across accounts", () => {
  it("TH-11 log in - one password at many accounts from one address - stops at 20; an uninvolved user elsewhere logs in", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const outcomes: string[] = [];
    await repeat(22, async () => {
      outcomes.push((await guessPassword(clientFrom("192.0.2.70"), uniqueEmail("victim"))).__typename);
      gateway.clock.move({ seconds: 1 });
    });
    expect(outcomes.filter((name) => name === "InvalidCredentials")).toHaveLength(20);
    await requireLogIn(clientFrom("192.0.2.71"), email);
    gateway.clock.move({ minutes: 15, seconds: 1 });
    await requireLogIn(clientFrom("192.0.2.70"), email);
  });

  it("TH-11 log in - addresses of one IPv6 /64 - count as one network", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const outcomes: string[] = [];
    await repeat(6, async (index) => outcomes.push((await guessPassword(clientFrom(`2001:db8:1:2::${index + 1}`), email)).__typename));
    expect(outcomes.at(-1)).toBe("TooManyAttempts");
    await requireLogIn(clientFrom("2001:db8:1:3::1"), email);
  });

  it("TH-19 complete sign up - wrong codes for many addresses from one network - stop at the network's limit", async () => {
    const outcomes: string[] = [];
    await repeat(22, async () => {
      const input = { handle: { email: uniqueEmail("pending") }, code: "123456" };
      outcomes.push((await clientFrom("192.0.2.80").expect(CompleteSignUpDocument, { input })).completeSignUp.__typename);
      gateway.clock.move({ seconds: 1 });
    });
    expect(outcomes.filter((name) => name === "InvalidCode")).toHaveLength(20);
  });

  it("TH-18 sign up - many unconfirmed from one network - stop at ten an hour; other networks are not affected", async () => {
    const outcomes: string[] = [];
    await repeat(12, async () => {
      const input = { handle: { email: uniqueEmail() }, password: PASSWORD };
      outcomes.push((await clientFrom("192.0.2.90").expect(SignUpDocument, { input })).signUp.__typename);
    });
    expect(outcomes.filter((name) => name === "ConfirmationSent")).toHaveLength(10);
    await signUpPerson(gateway, fixture.application);
    gateway.clock.move({ hours: 1, seconds: 1 });
    await beginSignUp(clientFrom("192.0.2.90"), uniqueEmail());
  });

  it("codes - wrong ones for several codes of one account - stop at the daily limit, the ticket holder is not limited", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(fixture.application.client, email);
    let code = await gateway.mails.nextCode(email);
    const outcomes: string[] = [];
    await repeat(18, async (index) => {
      const wrong = code === "000000" ? "000001" : "000000";
      const input = { handle: { email }, code: wrong };
      outcomes.push((await clientFrom(address(1000 + index)).expect(CompleteSignUpDocument, { input })).completeSignUp.__typename);
      if (index % 5 !== 4) return;
      gateway.clock.move({ minutes: 6 });
      await beginSignUp(clientFrom(address(2000 + index)), email);
      code = await gateway.mails.nextCode(email);
    });
    expect(outcomes.filter((name) => name === "InvalidCode")).toHaveLength(15);
    const { completeSignUp } = await fixture.application.client.expect(CompleteSignUpDocument, {
      input: { handle: { email }, code, ticket },
    });
    expect(completeSignUp).toMatchObject({ __typename: "LoggedIn" });
  });

  it("forgot password - many requests for one account - three mails in 15 minutes, known and unknown handles alike", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    for (const handle of [email, uniqueEmail("unknown")]) {
      const outcomes: string[] = [];
      await repeat(5, async () => {
        gateway.clock.move({ seconds: 61 });
        outcomes.push(
          (await fixture.application.client.expect(ForgotPasswordDocument, { input: { handle: { email: handle } } })).forgotPassword
            .__typename,
        );
      });
      expect(outcomes).toEqual([...Array(3).fill("PasswordResetRequested"), ...Array(2).fill("TooManyAttempts")]);
    }
  });
});
