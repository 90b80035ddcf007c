import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { ChallengeRepository, ChallengeTicketRepository } from "../../src/domain/one-time-codes/index.js";
import { ConcurrencyConflict } from "../../src/platform/database/index.js";
import { isMysql } from "../support/database.js";
import { CompleteSignUpDocument } from "../support/generated/authentication.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";
import { raceFixture } from "../support/race-fixture.js";
import { beginLogIn, completeLogIn, signUpWithTotp } from "../support/second-factor.js";

const fixture = raceFixture("secondFactor.mode=TOTP");

describe("attempts are counted before the code is compared", () => {
  // SQLite runs one transaction after the other.
  it.skipIf(!isMysql).each([true, false])(
    "completeSignUp - right code while a wrong one counts the last attempt, with its ticket: %s - is rejected",
    async (isHeld) => {
      const { client, id } = await fixture.gatewayA.createApplication();
      const { database, clock } = fixture.gatewayB.services;
      const [repository, tickets] = [new ChallengeRepository(database), new ChallengeTicketRepository(database)];
      const email = uniqueEmail();
      const ticket = await beginSignUp(client, email);
      const code = await fixture.gatewayA.mails.nextCode(email);
      for (const table of ["challenges", "challenge_tickets"])
        await fixture.gatewayA.query(`UPDATE ${table} SET attempts = 4 WHERE application_id = ?`, [id]);
      const [row] = await fixture.gatewayA.query<{ bindingHash: string }>(
        "SELECT binding_hash AS bindingHash FROM challenges WHERE application_id = ?",
        [id],
      );
      const key = { applicationId: id, purpose: "SIGN_UP", bindingHash: row?.bindingHash ?? "" };
      const [held] = await tickets.list(key);
      const answer = await database.transaction(async (tx) => {
        const isCounted =
          isHeld && held
            ? await tickets.recordTicketAttempt(tx, held, 5, clock.now())
            : await repository.recordCodeAttempt(tx, key, 5, clock.now());
        expect(isCounted).toBe(true);
        const input = { handle: { email }, code, ticket: isHeld ? ticket : null };
        const counting = isHeld
          ? vi.spyOn(ChallengeTicketRepository.prototype, "recordTicketAttempt")
          : vi.spyOn(ChallengeRepository.prototype, "recordCodeAttempt");
        const asked = client.expect(CompleteSignUpDocument, { input });
        await vi.waitUntil(() => counting.mock.calls.length > 0, { timeout: 20_000 });
        counting.mockRestore();
        return { asked };
      });
      expect((await answer.asked).completeSignUp.__typename).toBe("InvalidCode");
    },
  );

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
