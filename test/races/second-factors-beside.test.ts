import { describe, expect, it } from "vitest";
import { DeleteAccountDocument, EnrollTotpDocument } from "../support/generated/authentication.js";
import { requireLogIn, signUpPerson } from "../support/people.js";
import { rounds, track } from "../support/races.js";
import { beginLogIn, completeLogIn, confirmTotp, enrollTotp, reauthenticateFully, signUpProtected } from "../support/second-factor.js";

const stage = track("secondFactor.mode=TOTP");

describe("exactly one wins", () => {
  it.each(rounds)("completeLogIn and completeReauthentication - one code for both, round %i - it is accepted once", async () => {
    const person = await signUpProtected(stage.one, stage.application);
    const token = await beginLogIn(stage.application.client, person.email);
    const code = person.authenticator.nextCode();
    const frozen = { ...person.authenticator, nextCode: () => code } as typeof person.authenticator;
    const [loggedIn, proved] = await Promise.all([
      completeLogIn(stage.application.client, token, { code }).then(({ __typename }) => __typename === "LoggedIn"),
      reauthenticateFully(person.client, frozen).then(
        () => true,
        () => false,
      ),
    ]);
    expect([loggedIn, proved].filter(Boolean)).toHaveLength(1);
  });
});

describe("factors", () => {
  it.each(rounds)("confirmTotp against logIn - round %i - no session by password alone outlives it", async () => {
    const person = await signUpPerson(stage.one, stage.application);
    const authenticator = await enrollTotp(stage.one, person.client);
    const code = authenticator.code();
    await stage.race(8, async (client, index) => {
      if (index === 4) await confirmTotp(client.with({ token: person.tokens.sessionToken }), code);
      else await requireLogIn(client, person.email).catch(() => {});
    });
    const rows = await stage.one.query<{ amr: string }>("SELECT amr FROM sessions WHERE user_id = ? AND ended_at IS NULL", [
      person.tokens.user.id,
    ]);
    expect(rows.map(({ amr }) => amr)).toEqual(["pwd otp mfa"]);
  });

  it.each(rounds)("deleteAccount against enrollTotp - RC-05, round %i - nothing is left behind", async () => {
    const person = await signUpPerson(stage.one, stage.application);
    await stage.race(
      10,
      async (client, index) => {
        if (index === 5) await client.run(DeleteAccountDocument, {});
        else await client.run(EnrollTotpDocument, {});
      },
      person.client,
    );
    for (const table of ["second_factors", "recovery_codes", "sessions"])
      expect([table, await stage.count(`${table} WHERE user_id = ?`, person.tokens.user.id)]).toEqual([table, 0]);
  });
});
