import { describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import {
  CompleteReauthenticationDocument,
  ConfirmTotpDocument,
  DisableSecondFactorDocument,
  EnrollTotpDocument,
  MeDocument,
  ReauthenticateDocument,
  RegenerateRecoveryCodesDocument,
} from "../support/generated/authentication.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { REQUEST_COUNT, raceFixture, rounds } from "../support/race-fixture.js";
import {
  beginLogIn,
  completeLogIn,
  confirmTotp,
  enrollTotp,
  type PersonWithTotp,
  requireFullLogIn,
  signUpWithTotp,
} from "../support/second-factor.js";

const fixture = raceFixture("secondFactor.mode=TOTP");

type Answered = { readonly __typename: string };
const losingOutcomes = ["InvalidCode", "ChallengeEnded", "TooManyAttempts"];
/** Exactly one request succeeded; the others were rejected. */
function expectOneWinner(winner: string, answers: readonly Answered[], losers: readonly string[] = losingOutcomes): void {
  const names = answers.map(({ __typename }) => __typename);
  expect(names.filter((name) => name === winner)).toHaveLength(1);
  expect(names.filter((name) => name !== winner && !losers.includes(name))).toEqual([]);
}
const openSessions = (userId: string) => fixture.count("sessions WHERE user_id = ? AND ended_at IS NULL", userId);
const protectedPerson = () => signUpWithTotp(fixture.gatewayA, fixture.application);
/** A log-in after the race: what was lost in it closes nothing to the owner. */
const stillLogsIn = async (person: PersonWithTotp) => {
  fixture.gatewayA.clock.move({ minutes: 2 });
  await requireFullLogIn(fixture.application.client, person);
};

describe("exactly one succeeds", () => {
  it.each(rounds)("MF-09 complete log in - one challenge and one code many times, round %i - one session", async () => {
    const person = await protectedPerson();
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const before = await openSessions(person.tokens.user.id);
    const code = person.authenticator.nextCode();
    expectOneWinner("LoggedIn", await fixture.race(REQUEST_COUNT, (client) => completeLogIn(client, challengeToken, { code })));
    expect(await openSessions(person.tokens.user.id)).toBe(before + 1);
    // Losing the race costs the user nothing, not even a wait.
    await requireFullLogIn(fixture.application.client, person);
  });

  it.each(rounds)("log in - several challenges and one code, round %i - at most one session, the code is consumed", async () => {
    const person = await protectedPerson();
    const code = person.authenticator.nextCode();
    const before = await openSessions(person.tokens.user.id);
    const answers = await fixture.race(4, async (client) => {
      const begun = await logIn(client, person.email);
      return begun.__typename === "SecondFactorRequired" ? await completeLogIn(client, begun.challengeToken, { code }) : begun;
    });
    const won = answers.filter(({ __typename }) => __typename === "LoggedIn").length;
    expect(won).toBeLessThanOrEqual(1);
    expect(await openSessions(person.tokens.user.id)).toBe(before + won);
    await stillLogsIn(person);
  });

  it.each(rounds)("MF-20 complete log in - one recovery code many times, round %i - one session, nine codes remain", async () => {
    const person = await protectedPerson();
    const before = await openSessions(person.tokens.user.id);
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const recoveryCode = person.recoveryCodes[0] ?? "";
    expectOneWinner("LoggedIn", await fixture.race(REQUEST_COUNT, (client) => completeLogIn(client, challengeToken, { recoveryCode })));
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(9);
    expect(await openSessions(person.tokens.user.id)).toBe(before + 1);
    const again = await beginLogIn(fixture.application.client, person.email);
    expect((await completeLogIn(fixture.application.client, again, { recoveryCode })).__typename).not.toBe("LoggedIn");
    await stillLogsIn(person);
  });

  it.each(rounds)("complete log in - one challenge, a code and ten recovery codes, round %i - one session, one code consumed", async () => {
    const person = await protectedPerson();
    const before = await openSessions(person.tokens.user.id);
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const code = person.authenticator.nextCode();
    const proofs = [{ code }, ...person.recoveryCodes.map((recoveryCode) => ({ recoveryCode }))];
    const answers = await fixture.race(proofs.length, (client, index) => completeLogIn(client, challengeToken, proofs[index] ?? { code }));
    expectOneWinner("LoggedIn", answers);
    const byCode = answers[0]?.__typename === "LoggedIn";
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(byCode ? 10 : 9);
    expect(await openSessions(person.tokens.user.id)).toBe(before + 1);
    await stillLogsIn(person);
  });

  it.each(rounds)("RC-04 confirm - one enrollment many times, round %i - one success, and its recovery codes work", async () => {
    const person = await signUpPerson(fixture.gatewayA, fixture.application);
    const other = await requireLogIn(fixture.application.client, person.email);
    const authenticator = await enrollTotp(fixture.gatewayA, person.client);
    const code = authenticator.code();
    const answers = await fixture.race(REQUEST_COUNT, (client) => confirmTotp(client, code), person.client);
    expectOneWinner("SecondFactorEnabled", answers, ["InvalidCode"]);
    expect(await fixture.count("second_factors WHERE user_id = ?", person.tokens.user.id)).toBe(1);
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(10);
    expect((await fixture.application.client.with({ token: other.sessionToken }).run(MeDocument, {})).errors).toHaveLength(1);
    const codes = answers.flatMap((answer) => (answer.__typename === "SecondFactorEnabled" ? answer.recoveryCodes : []));
    expect(codes).toHaveLength(10);
    for (const recoveryCode of [codes[0] ?? "", codes[9] ?? ""]) {
      const challengeToken = await beginLogIn(fixture.application.client, person.email);
      expect(await completeLogIn(fixture.application.client, challengeToken, { recoveryCode })).toMatchObject({ __typename: "LoggedIn" });
    }
    await stillLogsIn({ ...person, authenticator, recoveryCodes: codes });
  });

  it.each(rounds)("confirm - two sessions at once, round %i - one factor, one open session, one set of recovery codes", async () => {
    const person = await signUpPerson(fixture.gatewayA, fixture.application);
    const { sessionToken } = await requireLogIn(fixture.application.client, person.email);
    // Each session asks both instances.
    const tokens = [person.tokens.sessionToken, sessionToken];
    const inTurn = (client: Client, index: number) => client.with({ token: tokens[(index >> 1) % 2] });
    await fixture.race(REQUEST_COUNT, (client, index) => inTurn(client, index).run(EnrollTotpDocument, {}));
    const authenticator = await enrollTotp(fixture.gatewayA, person.client);
    const code = authenticator.code();
    const answers = await fixture.race(REQUEST_COUNT, async (client, index) => {
      const { data } = await inTurn(client, index).run(ConfirmTotpDocument, { input: { code } });
      return data?.confirmTotp ?? { __typename: "UNAUTHENTICATED" };
    });
    expectOneWinner("SecondFactorEnabled", answers, ["InvalidCode", "UNAUTHENTICATED"]);
    expect(await fixture.count("second_factors WHERE user_id = ?", person.tokens.user.id)).toBe(1);
    expect(await openSessions(person.tokens.user.id)).toBe(1);
  });

  it.each(rounds)("complete reauthentication - one challenge many times, round %i - one succeeds", async () => {
    const person = await protectedPerson();
    const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
    const challengeToken = reauthenticate.__typename === "SecondFactorRequired" ? reauthenticate.challengeToken : "";
    const input = { challengeToken, proof: { code: person.authenticator.nextCode() } };
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (client) => (await client.expect(CompleteReauthenticationDocument, { input })).completeReauthentication,
      person.client,
    );
    expectOneWinner("Reauthenticated", answers);
    await stillLogsIn(person);
  });

  it.each(rounds)("regenerate - many times at once, round %i - ten codes remain, all of one answer", async () => {
    const person = await protectedPerson();
    const answers = await fixture.race(
      REQUEST_COUNT,
      async (client) => (await client.expect(RegenerateRecoveryCodesDocument, {})).regenerateRecoveryCodes,
      person.client,
    );
    const sets = answers.map((answer) => (answer.__typename === "RecoveryCodes" ? answer.recoveryCodes : []));
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(10);
    let working = 0;
    for (const [recoveryCode = ""] of sets) {
      await fixture.gatewayA.query("DELETE FROM throttle_buckets");
      const challengeToken = await beginLogIn(fixture.application.client, person.email);
      const { __typename } = await completeLogIn(fixture.application.client, challengeToken, { recoveryCode });
      if (__typename === "LoggedIn") working++;
    }
    expect(working).toBe(1);
  });
});

describe("concurrent guesses and changes", () => {
  it.each(
    rounds,
  )("RC-12 complete log in - wrong codes at once, round %i - five are checked, and the sixth fails even if right", async () => {
    const person = await protectedPerson();
    fixture.gatewayA.clock.move({ minutes: 1 });
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const code = person.authenticator.wrongCode();
    const answers = await fixture.race(REQUEST_COUNT, (client) => completeLogIn(client, challengeToken, { code }));
    expect(answers.filter(({ __typename }) => __typename === "InvalidCode").length).toBeLessThanOrEqual(5);
    expect(answers.filter(({ __typename }) => !losingOutcomes.includes(__typename))).toEqual([]);
    expect(await fixture.count("challenges WHERE application_id = ? AND attempts > 5", fixture.application.id)).toBe(0);
    const right = await completeLogIn(fixture.application.client, challengeToken, { code: person.authenticator.code() });
    expect(right.__typename).not.toBe("LoggedIn");
    await stillLogsIn(person);
  });

  it.each(
    rounds,
  )("disable against complete log in - round %i - a session opens with the factor or not at all; none survives the change", async () => {
    const person = await protectedPerson();
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const code = person.authenticator.nextCode();
    const answers = await fixture.race<Answered>(6, async (client, index) =>
      index === 3
        ? (await client.with({ token: person.tokens.sessionToken }).expect(DisableSecondFactorDocument, {})).disableSecondFactor
        : await completeLogIn(client, challengeToken, { code }),
    );
    const opened = answers.filter(({ __typename }) => __typename === "LoggedIn").length;
    expect(opened).toBeLessThanOrEqual(1);
    expect(answers[3]).toMatchObject({ __typename: "SecondFactorDisabled" });
    expect(await fixture.count("second_factors WHERE user_id = ?", person.tokens.user.id)).toBe(0);
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(0);
    expect(await openSessions(person.tokens.user.id)).toBe(1);
    await requireLogIn(fixture.application.client, person.email);
  });
});
