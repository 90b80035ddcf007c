import { describe, expect, it } from "vitest";
import {
  CompleteReauthenticationDocument,
  DeleteAccountDocument,
  EnrollTotpDocument,
  ReauthenticateDocument,
} from "../support/generated/authentication.js";
import { requireLogIn, signUpPerson } from "../support/people.js";
import { finishTogether, raceFixture, rounds } from "../support/race-fixture.js";
import { beginLogIn, completeLogIn, confirmTotp, enrollTotp, type PersonWithTotp, signUpWithTotp } from "../support/second-factor.js";

const fixture = raceFixture("secondFactor.mode=TOTP");

describe("exactly one succeeds", () => {
  it.each([
    ["TOTP code", "verifyTotp", ({ authenticator }: PersonWithTotp) => ({ code: authenticator.nextCode() })],
    ["recovery code", "verify", ({ recoveryCodes }: PersonWithTotp) => ({ recoveryCode: recoveryCodes[0] ?? "" })],
  ] as const)("completeLogIn and completeReauthentication - one %s that both have verified before one consumes it - is accepted once", async (_, method, proofOf) => {
    const person = await signUpWithTotp(fixture.gatewayA, fixture.application);
    const { reauthenticate } = await person.client.expect(ReauthenticateDocument, { input: { password: person.password } });
    if (reauthenticate.__typename !== "SecondFactorRequired") throw new Error(reauthenticate.__typename);
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const proof = proofOf(person);
    const { secondFactors, recoveryCodes } = fixture.gatewayA.services;
    const restore = method === "verify" ? finishTogether(recoveryCodes, method, 2) : finishTogether(secondFactors, method, 2);
    const input = { challengeToken: reauthenticate.challengeToken, proof };
    const answers = await Promise.all([
      completeLogIn(fixture.application.client, challengeToken, proof).then(({ __typename }) => __typename),
      person.client
        .expect(CompleteReauthenticationDocument, { input })
        .then(({ completeReauthentication }) => completeReauthentication.__typename),
    ]);
    restore();
    expect([
      ["LoggedIn", "ChallengeEnded"],
      ["ChallengeEnded", "Reauthenticated"],
    ]).toContainEqual(answers);
    expect(await fixture.count("recovery_codes WHERE user_id = ?", person.tokens.user.id)).toBe(method === "verify" ? 9 : 10);
  });
});

describe("concurrent changes of factors", () => {
  it.each(rounds)("confirmTotp against logIn - round %i - no password-only session survives the enrollment", async () => {
    const person = await signUpPerson(fixture.gatewayA, fixture.application);
    const authenticator = await enrollTotp(fixture.gatewayA, person.client);
    const code = authenticator.code();
    await fixture.race(8, async (client, index) => {
      if (index === 4) await confirmTotp(client.with({ token: person.tokens.sessionToken }), code);
      else await requireLogIn(client, person.email).catch(() => {});
    });
    const rows = await fixture.gatewayA.query<{ amr: string }>("SELECT amr FROM sessions WHERE user_id = ? AND ended_at IS NULL", [
      person.tokens.user.id,
    ]);
    expect(rows.map(({ amr }) => amr)).toEqual(["pwd otp mfa"]);
  });

  it.each(rounds)("deleteAccount against enrollTotp - RC-05, round %i - no row remains", async () => {
    const person = await signUpPerson(fixture.gatewayA, fixture.application);
    await fixture.race(
      10,
      async (client, index) => {
        if (index === 5) await client.run(DeleteAccountDocument, {});
        else await client.run(EnrollTotpDocument, {});
      },
      person.client,
    );
    for (const table of ["second_factors", "recovery_codes", "sessions"])
      expect([table, await fixture.count(`${table} WHERE user_id = ?`, person.tokens.user.id)]).toEqual([table, 0]);
  });
});
