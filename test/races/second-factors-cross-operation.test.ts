import { describe, expect, it } from "vitest";
import { DeleteAccountDocument, EnrollTotpDocument } from "../support/generated/authentication.js";
import { requireLogIn, signUpPerson } from "../support/people.js";
import { raceFixture, rounds } from "../support/race-fixture.js";
import { beginLogIn, completeLogIn, confirmTotp, enrollTotp, reauthenticateFully, signUpWithTotp } from "../support/second-factor.js";

const fixture = raceFixture("secondFactor.mode=TOTP");

describe("exactly one succeeds", () => {
  it.each(rounds)("completeLogIn and completeReauthentication - one code for both, round %i - it is accepted once", async () => {
    const person = await signUpWithTotp(fixture.gatewayA, fixture.application);
    const token = await beginLogIn(fixture.application.client, person.email);
    const code = person.authenticator.nextCode();
    const frozen = { ...person.authenticator, nextCode: () => code } as typeof person.authenticator;
    const [loggedIn, proved] = await Promise.all([
      completeLogIn(fixture.application.client, token, { code }).then(({ __typename }) => __typename === "LoggedIn"),
      reauthenticateFully(person.client, frozen).then(
        () => true,
        () => false,
      ),
    ]);
    expect([loggedIn, proved].filter(Boolean)).toHaveLength(1);
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
