import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  CompleteSignUpDocument,
  ForgotPasswordDocument,
  LogInDocument,
  MeDocument,
  RefreshSessionDocument,
  ResendSignUpCodeDocument,
  ResetPasswordDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

/** Requests of one race. */
const REQUEST_COUNT = 20;
/** Wrong codes: more than a code permits, but fewer than the rate limit of an account. */
const GUESSES = 14;
const { RACE_ROUNDS = "5" } = process.env;
const rounds = Array.from({ length: Number(RACE_ROUNDS) }, (_, round) => round + 1);

let gatewayA: TestGateway;
let gatewayB: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  gatewayA = await TestGateway.start();
  gatewayB = await TestGateway.start({ shareDatabaseOf: gatewayA });
  application = await gatewayA.createApplication();
});
afterAll(async () => {
  await gatewayB.stop();
  await gatewayA.stop();
});

/** Sends concurrent requests, alternately to the two instances, each from a different address. */
async function race<T>(
  times: number,
  request: (client: TestApplication["client"], index: number) => Promise<T>,
  { client } = application,
): Promise<T[]> {
  const runners = Array.from({ length: times }, (_, index) => client.with({ baseUrl: [gatewayA, gatewayB][index % 2]?.url ?? "" }));
  return await Promise.all(runners.map((runner, index) => request(runner, index)));
}

/** How often each answer came. */
function tally(answers: readonly { readonly __typename: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { __typename } of answers) counts[__typename] = (counts[__typename] ?? 0) + 1;
  return counts;
}

/** Exactly one request succeeded; the others lost the race or were rate limited. */
function expectOneWinner(winner: string, answers: readonly { readonly __typename: string }[], loser: string): void {
  const { [winner]: won, [loser]: lost = 0, TooManyAttempts: rateLimited = 0, ...others } = tally(answers);
  expect({ won, others, sum: lost + rateLimited }).toEqual({ won: 1, others: {}, sum: answers.length - 1 });
}

const count = async (sql: string, ...parameters: unknown[]) =>
  Number((await gatewayA.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${sql}`, parameters))[0]?.n);
const completeSignUp = async (client: TestApplication["client"], email: string, code: string, ticket: string | null) =>
  (await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } })).completeSignUp;
/** A code of the same length that is not this one. */
const otherCode = (code: string, step = 1) => String((Number(code) + step) % 10 ** code.length).padStart(code.length, "0");

async function requestReset(email: string) {
  gatewayA.clock.move({ seconds: 61 });
  const { forgotPassword } = await application.client.expect(ForgotPasswordDocument, { input: { handle: { email } } });
  if (forgotPassword.__typename !== "PasswordResetRequested") throw new Error(forgotPassword.__typename);
  return { ticket: forgotPassword.ticket, code: await gatewayA.mails.nextCode(email) };
}

describe("exactly one succeeds", () => {
  it.each(rounds)("completeSignUp - RC-02 one code many times, round %i - one user, one session, InvalidCode for the others", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const code = await gatewayA.mails.nextCode(email);
    const answers = await race(REQUEST_COUNT, (client) => completeSignUp(client, email, code, ticket));
    expectOneWinner("LoggedIn", answers, "InvalidCode");
    const [user] = await gatewayA.query<{ id: string }>("SELECT id FROM users WHERE application_id = ? AND email = ?", [
      application.id,
      email,
    ]);
    expect(await count("users WHERE email = ?", email)).toBe(1);
    expect(await count("sessions WHERE user_id = ?", user?.id)).toBe(1);
    expect(await count("pending_sign_ups WHERE email = ?", email)).toBe(0);
    await requireLogIn(application.client, email);
  });

  it("completeSignUp - RC-02 each with its own ticket - one user, with the password of the successful ticket only", async () => {
    const email = uniqueEmail();
    const passwords = Array.from({ length: 5 }, (_, index) => `${PASSWORD} number ${index}`);
    const tickets: string[] = [];
    for (const password of passwords) tickets.push(await beginSignUp(application.client, email, { password }));
    const code = await gatewayA.mails.nextCode(email);
    const answers = await race(5, (client, index) => completeSignUp(client, email, code, tickets[index] ?? null));
    expectOneWinner("LoggedIn", answers, "InvalidCode");
    const winner = answers.findIndex(({ __typename }) => __typename === "LoggedIn");
    await requireLogIn(application.client, email, passwords[winner]);
    for (const password of passwords.filter((_, index) => index !== winner))
      expect((await logIn(application.client, email, password)).__typename).not.toBe("LoggedIn");
  });

  it("signUp - flow NONE, one address many times - one user, HandleUnavailable for the others", async () => {
    const open = await gatewayA.createApplication("Open", "signUp.flow=NONE");
    for (const _ of rounds) {
      const email = uniqueEmail();
      const answers = await race(
        REQUEST_COUNT,
        async (client) => (await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } })).signUp,
        open,
      );
      expectOneWinner("LoggedIn", answers, "HandleUnavailable");
      expect(await count("users WHERE email = ?", email)).toBe(1);
    }
    expect(await count("sessions WHERE application_id = ?", open.id)).toBe(rounds.length);
  });

  it.each(rounds)("resetPassword - RC-03 one code, many passwords, round %i - one PasswordReset, only its password logs in", async () => {
    const { email } = await signUpPerson(gatewayA, application);
    const { code, ticket } = await requestReset(email);
    const passwords = Array.from({ length: REQUEST_COUNT }, (_, index) => `chosen in the race ${index}`);
    const answers = await race(REQUEST_COUNT, async (client, index) => {
      const input = { handle: { email }, code, ticket, newPassword: passwords[index] ?? "" };
      return (await client.expect(ResetPasswordDocument, { input })).resetPassword;
    });
    expectOneWinner("PasswordReset", answers, "InvalidCode");
    const winner = answers.findIndex(({ __typename }) => __typename === "PasswordReset");
    await requireLogIn(application.client, email, passwords[winner]);
    const losers = [PASSWORD, ...passwords.filter((_, index) => index !== winner)];
    const attempts = await race(losers.length, (client, index) => logIn(client, email, losers[index]));
    expect(tally(attempts)).toEqual({ InvalidCredentials: losers.length });
  });

  it("keys - rotation many times at once - one succeeds, the key set stays complete", async () => {
    const own = await gatewayA.createApplication("Rotated");
    gatewayA.clock.move({ hours: 24, seconds: 1 });
    const rotations = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => ([gatewayA, gatewayB][index % 2] ?? gatewayA).services.signingKeys.rotate(own.id)),
    );
    expect(rotations.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const states = (await gatewayA.query<{ state: string }>("SELECT state FROM signing_keys WHERE application_id = ?", [own.id])).map(
      ({ state }) => state,
    );
    expect(states.sort()).toEqual(["CURRENT", "NEXT", "PREVIOUS"]);
  });
});

describe("codes", () => {
  it.each(
    rounds,
  )("signUp and resend - RC-01 one address many times, round %i - one mail, one valid code, that of the newest mail", async () => {
    const email = uniqueEmail();
    const answers = await race(REQUEST_COUNT, async (client, index) => {
      if (index % 4 === 3)
        return (await client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } })).resendSignUpCode.__typename;
      return (await client.expect(SignUpDocument, { input: { handle: { email }, password: PASSWORD } })).signUp.__typename;
    });
    expect(answers).toContain("ConfirmationSent");
    expect(answers.filter((name) => name !== "ConfirmationSent" && name !== "TooManyAttempts")).toEqual([]);
    const first = await gatewayA.mails.nextCode(email);
    expect(await count("pending_sign_ups WHERE email = ?", email)).toBeLessThanOrEqual(5);
    gatewayA.clock.move({ minutes: 16 });
    await race(REQUEST_COUNT, (client) => client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } }));
    const second = await gatewayA.mails.nextCode(email);
    await expect.poll(() => count("outbox_messages WHERE status = 'PENDING'"), { timeout: 10_000 }).toBe(0);
    expect(gatewayA.mails.countTo(email)).toBe(2);
    if (first !== second)
      expect(await completeSignUp(application.client, email, first, null)).toMatchObject({
        __typename: "InvalidCode",
      });
    expect(await completeSignUp(application.client, email, second, null)).toMatchObject({
      __typename: "LoggedIn",
    });
  });

  it.each(
    rounds,
  )("completeSignUp - RC-12 wrong codes at once without a ticket, round %i - five are checked; the sixth fails even if right", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const code = await gatewayA.mails.nextCode(email);
    const answers = await race(GUESSES, (client, index) => completeSignUp(client, email, otherCode(code, index + 1), null));
    expect(tally(answers)).toEqual({ InvalidCode: GUESSES });
    expect(await gatewayA.query("SELECT attempts FROM challenges WHERE application_id = ? AND attempts > 5", [application.id])).toEqual([]);
    expect(await completeSignUp(application.client, email, code, null)).toMatchObject({
      __typename: "InvalidCode",
    });
    // Wrong codes of other clients must not lock out the user who requested the code.
    expect(await completeSignUp(application.client, email, code, ticket)).toMatchObject({
      __typename: "LoggedIn",
    });
  });

  it.each(rounds)("completeSignUp - RC-12 wrong codes at once with the ticket, round %i - the sixth fails even if right", async () => {
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    const code = await gatewayA.mails.nextCode(email);
    const answers = await race(GUESSES, (client, index) => completeSignUp(client, email, otherCode(code, index + 1), ticket));
    expect(tally(answers)).toEqual({ InvalidCode: GUESSES });
    expect(
      await gatewayA.query("SELECT attempts FROM challenge_tickets WHERE application_id = ? AND attempts > 5", [application.id]),
    ).toEqual([]);
    expect(await completeSignUp(application.client, email, code, ticket)).toMatchObject({
      __typename: "InvalidCode",
    });
  });

  it("resetPassword - RC-12 wrong codes at once - the sixth fails even if right, and the old password stays", async () => {
    const { email } = await signUpPerson(gatewayA, application);
    const { code, ticket } = await requestReset(email);
    const reset = async (client: TestApplication["client"], tried: string) =>
      (
        await client.expect(ResetPasswordDocument, {
          input: { handle: { email }, code: tried, ticket, newPassword: "a password never set" },
        })
      ).resetPassword;
    expect(tally(await race(GUESSES, (client, index) => reset(client, otherCode(code, index + 1))))).toEqual({ InvalidCode: GUESSES });
    expect(await reset(application.client, code)).toMatchObject({ __typename: "InvalidCode" });
    await requireLogIn(application.client, email);
  });
});

describe("sessions", () => {
  it.each(rounds)("refreshSession - SE-05 one token 100 times, round %i - all get the same successor", async () => {
    const { tokens } = await signUpPerson(gatewayA, application);
    const refresh = async (client: TestApplication["client"], refreshToken: string) =>
      (await client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
    const answers = await race(100, (client) => refresh(client, tokens.refreshToken));
    expect(tally(answers)).toEqual({ LoggedIn: 100 });
    const pairs = new Map(
      answers.map((answer) => (answer.__typename === "LoggedIn" ? [answer.refreshToken, answer.sessionToken] : ["", ""])),
    );
    expect(pairs.size).toBe(1);
    const [[refreshToken = "", sessionToken = ""] = []] = pairs;
    const me = await application.client.with({ token: sessionToken }).expect(MeDocument, {});
    expect(me.me?.sessions).toHaveLength(1);
    const onward = await race(REQUEST_COUNT, (client) => refresh(client, refreshToken));
    expect(tally(onward)).toEqual({ LoggedIn: REQUEST_COUNT });
    expect(new Set(onward.map((answer) => (answer.__typename === "LoggedIn" ? answer.refreshToken : ""))).size).toBe(1);
    // The token before the last is no longer the direct parent: it was stolen or copied.
    expect(await refresh(application.client, tokens.refreshToken)).toMatchObject({
      __typename: "SessionEnded",
    });
  });

  it.each(rounds)("refreshSession - B-06 lost answer requested 20 times after the grace, round %i - one replacement for all", async () => {
    const { tokens } = await signUpPerson(gatewayA, application);
    const refresh = async (client: TestApplication["client"]) =>
      (await client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })).refreshSession;
    const lost = await refresh(application.client);
    gatewayA.clock.move({ seconds: 11 });
    const answers = await race(REQUEST_COUNT, refresh);
    expect(tally(answers)).toEqual({ LoggedIn: REQUEST_COUNT });
    const pairs = new Set(
      answers.map((answer) => (answer.__typename === "LoggedIn" ? `${answer.refreshToken} ${answer.sessionToken}` : "")),
    );
    expect(pairs.size).toBe(1);
    expect(lost.__typename === "LoggedIn" && pairs.has(`${lost.refreshToken} ${lost.sessionToken}`)).toBe(false);
    const [replacement = ""] = pairs;
    const { me } = await application.client.with({ token: replacement.split(" ")[1] }).expect(MeDocument, {});
    expect(me?.sessions).toHaveLength(1);
    const events = "SELECT id FROM audit_events WHERE event = 'REFRESH_ANSWER_REPEATED' AND actor = ?";
    expect(await gatewayA.query(events, [tokens.user.id])).toHaveLength(1);
  });

  it.each(rounds)("logIn against resetPassword - round %i - no session opened with the old password survives", async () => {
    const { email, tokens } = await signUpPerson(gatewayA, application);
    const { code, ticket } = await requestReset(email);
    const newPassword = "chosen after the loss";
    const answers = await race(REQUEST_COUNT, async (client, index) =>
      index === REQUEST_COUNT / 2
        ? (await client.expect(ResetPasswordDocument, { input: { handle: { email }, code, ticket, newPassword } })).resetPassword
        : (await client.expect(LogInDocument, { input: { handle: { email }, password: PASSWORD } })).logIn,
    );
    expect(tally(answers)).toMatchObject({ PasswordReset: 1 });
    expect(Object.keys(tally(answers)).filter((name) => !["PasswordReset", "LoggedIn", "InvalidCredentials"].includes(name))).toEqual([]);
    for (const answer of answers) {
      if (answer.__typename !== "LoggedIn") continue;
      const { errors } = await application.client.with({ token: answer.sessionToken }).run(MeDocument, {});
      expect(errors[0]?.extensions.code).toBe("UNAUTHENTICATED");
    }
    expect(await count("sessions WHERE user_id = ? AND ended_at IS NULL", tokens.user.id)).toBe(0);
    await requireLogIn(application.client, email, newPassword);
  });
});
