import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ChallengeRepository } from "../../src/domain/one-time-codes/index.js";
import { ConcurrencyConflict } from "../../src/platform/database/index.js";
import { CompleteSignUpDocument } from "../support/generated/authentication.js";
import { wrongCodeFor } from "../support/hostile-fixture.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";
import { raceFixture } from "../support/race-fixture.js";
import { beginLogIn, completeLogIn, signUpWithTotp } from "../support/second-factor.js";

const fixture = raceFixture("secondFactor.mode=TOTP");

describe("attempts are counted before the code is compared", () => {
  it("completeSignUp - right code sent after fourteen wrong ones at once, one attempt left - does not always win", async () => {
    const [ROUNDS, WRONG_CODES] = [5, 14];
    let wins = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const email = uniqueEmail();
      await beginSignUp(fixture.application.client, email);
      const code = await fixture.gatewayA.mails.nextCode(email);
      await fixture.gatewayA.query("UPDATE challenges SET attempts = 4 WHERE application_id = ?", [fixture.application.id]);
      const answers = await fixture.race(WRONG_CODES + 1, async (client, index) => {
        const input = { handle: { email }, code: index === WRONG_CODES ? code : wrongCodeFor(code) };
        return (await client.expect(CompleteSignUpDocument, { input })).completeSignUp.__typename;
      });
      expect(answers.slice(0, WRONG_CODES)).toEqual(Array(WRONG_CODES).fill("InvalidCode"));
      if (answers[WRONG_CODES] === "LoggedIn") wins++;
    }
    // One of fifteen requests gets the one attempt. If all of them compare before they count, the right code wins every time.
    expect(wins).toBeLessThan(ROUNDS);
  });

  it("completeLogIn - right code among wrong ones at once - every comparison has its attempt stored first", async () => {
    const person = await signUpWithTotp(fixture.gatewayA, fixture.application);
    const challengeToken = await beginLogIn(fixture.application.client, person.email);
    const code = person.authenticator.nextCode();
    const wrong = person.authenticator.wrongCode();
    const stored = async () =>
      (await fixture.gatewayA.query<{ attempts: number }>("SELECT attempts FROM challenges WHERE purpose = 'LOG_IN'"))[0]?.attempts ?? 0;
    let comparisons = 0;
    const surplus: number[] = [];
    for (const { services } of [fixture.gatewayA, fixture.gatewayB]) {
      const verify = services.secondFactors.verifyTotp.bind(services.secondFactors);
      services.secondFactors.verifyTotp = async (...parameters) => {
        const begun = ++comparisons;
        surplus.push((await stored()) - begun);
        return await verify(...parameters);
      };
    }
    const answers = await fixture.race(9, (client, index) => completeLogIn(client, challengeToken, { code: index === 5 ? code : wrong }));
    expect(comparisons).toBeGreaterThan(0);
    expect(comparisons).toBeLessThanOrEqual(5);
    expect(Math.min(...surplus)).toBeGreaterThanOrEqual(0);
    expect(answers.filter(({ __typename }) => __typename === "LoggedIn").length).toBeLessThanOrEqual(1);
  });
});

describe("replacing a code", () => {
  const issueAndRead = async () => {
    const { challenges, database } = fixture.gatewayA.services;
    const subject = { applicationId: fixture.application.id, purpose: "PASSWORD_RESET", binding: randomUUID() } as const;
    const repository = new ChallengeRepository(database);
    const { code } = await database.transaction((tx) => challenges.issue(tx, subject, { digits: 6, ttlSeconds: 60, isDeliverable: true }));
    const verified = await challenges.verify(subject, code ?? "", null);
    const row = verified && (await repository.find(verified.key));
    if (!verified || !row) throw new Error("The code was not issued");
    const next = { ...row, generation: randomUUID(), consumedAt: null };
    // Caught inside the transaction, which is repeated after a conflict.
    const replace = () =>
      database.transaction((tx) =>
        repository.replace(tx, verified.key, row, next).then(
          () => "replaced",
          (error: Error) => error,
        ),
      );
    const read = async () => await repository.find(verified.key);
    return { verified, replace, read, repository, row };
  };

  it("replace - code consumed since it was read - is a conflict, and the code stays consumed", async () => {
    const { verified, replace, read, row } = await issueAndRead();
    const { challenges, database } = fixture.gatewayB.services;
    expect(await database.transaction((tx) => challenges.consume(tx, verified))).toBe(true);
    expect(await replace()).toBeInstanceOf(ConcurrencyConflict);
    expect(await read()).toMatchObject({ generation: row.generation, consumedAt: expect.any(Date) });
  });

  it("replace - code replaced or deleted since it was read - is a conflict", async () => {
    for (const change of ["replaced", "deleted"] as const) {
      const { verified, replace, repository } = await issueAndRead();
      const { database } = fixture.gatewayB.services;
      if (change === "replaced") await replace();
      else await database.transaction((tx) => repository.delete(tx, verified.key));
      expect(await replace(), change).toBeInstanceOf(ConcurrencyConflict);
    }
  });

  it("replace - code unchanged since it was read - succeeds", async () => {
    const { replace, read, row } = await issueAndRead();
    expect(await replace()).toBe("replaced");
    expect((await read())?.generation).not.toBe(row.generation);
  });
});
