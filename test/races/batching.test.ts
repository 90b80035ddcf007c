import { setTimeout as delay } from "node:timers/promises";
import { decodeJwt } from "jose";
import { createConnection } from "mysql2/promise";
import { beforeAll, describe, expect, it, vi } from "vitest";
import type { SessionEntity } from "../../src/domain/sessions/session.entity.js";
import { SessionRepository } from "../../src/domain/sessions/session.repository.js";
import type { Rotation } from "../../src/domain/sessions/session-rotation.repository.js";
import { isMysql } from "../support/database.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { LogOutDocument, MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";
import { rounds } from "../support/race-fixture.js";

const gateway = gatewayForFile();
/** More than share one statement. */
const PEOPLE = 12;

/** Each round moves the clock by a minute: session tokens must last longer than all rounds. */
const createApplication = async (name: string) => await gateway.createApplication(name, "session.sessionTokenMinutes=60");

let applications: [TestApplication, TestApplication];
let people: { readonly person: TestPerson; readonly application: TestApplication }[];
beforeAll(async () => {
  applications = [await createApplication("Blue Heron"), await createApplication("Grey Heron")];
  const join = async (application: TestApplication) => ({ application, person: await signUpPerson(gateway, application) });
  people = (await Promise.all(Array.from({ length: PEOPLE }, () => Promise.all(applications.map(join))))).flat();
});

const refresh = async ({ client }: TestApplication, refreshToken: string) =>
  (await client.expect(RefreshSessionDocument, { input: { refreshToken } })).refreshSession;
const rowOf = async (id: string) => {
  const [row] = await gateway.query<Record<string, unknown>>("SELECT * FROM sessions WHERE id = ?", [id]);
  return row ?? {};
};

describe("batched requests of many users", () => {
  it.each(rounds)("SE-02 TN-01 refreshSession and me, round %i - batched - each user gets only their own result", async () => {
    const fresh = await Promise.all(people.map(({ application }) => signUpPerson(gateway, application)));
    const [gone, replaced] = await Promise.all(applications.map((application) => signUpPerson(gateway, application)));
    if (!gone || !replaced) throw new Error("No user");
    await gone.client.expect(LogOutDocument, {});
    // Once the successor is exchanged too, the first token is reuse.
    const successor = await refresh(applications[1], replaced.tokens.refreshToken);
    if (successor.__typename !== "LoggedIn") throw new Error(successor.__typename);
    await refresh(applications[1], successor.refreshToken);
    gateway.clock.move({ minutes: 1 });

    const wrong = [
      () => refresh(applications[0], gone.tokens.refreshToken),
      () => refresh(applications[1], replaced.tokens.refreshToken),
      () => refresh(applications[0], fresh[1]?.tokens.refreshToken ?? ""),
    ];
    const right = fresh.map(
      ({ tokens }, index) =>
        () =>
          refresh(people[index]?.application as TestApplication, tokens.refreshToken),
    );
    const seeing = people.map(
      ({ person }) =>
        async () =>
          (await person.client.expect(MeDocument, {})).me?.email,
    );
    const [refused, refreshed, seen] = await Promise.all([
      Promise.all(wrong.map((ask) => ask())),
      Promise.all(right.map((ask) => ask())),
      Promise.all(seeing.map((ask) => ask())),
    ]);
    expect(refused.map(({ __typename }) => __typename)).toEqual(["SessionEnded", "SessionEnded", "SessionEnded"]);
    expect(seen).toEqual(people.map(({ person }) => person.email));
    for (const [index, answer] of refreshed.entries()) {
      if (answer.__typename !== "LoggedIn") throw new Error(`${index}: ${answer.__typename}`);
      const { email, client } = fresh[index] as TestPerson;
      const { me } = await client.with({ token: answer.sessionToken }).expect(MeDocument, {});
      expect([me?.email, decodeJwt(answer.jwt)["email"]]).toEqual([email, email]);
    }
  });

  it.skipIf(!isMysql)(
    "refreshSession - rows of two users locked - the others of the batch are served, then these two",
    async () => {
      await gateway.configure(applications[0].id, "session.refreshGraceSeconds=5");
      const fresh = await Promise.all(Array.from({ length: 8 }, () => signUpPerson(gateway, applications[0])));
      const ids = await idsOf(fresh);
      const lock = async (id: string | undefined) => {
        const connection = await createConnection(gateway.database.url);
        await connection.beginTransaction();
        const where = "application_id = ? AND id = ?";
        const [rows] = await connection.query(`SELECT id FROM sessions WHERE ${where} FOR UPDATE`, [applications[0].id, id]);
        expect(rows).toHaveLength(1);
        return connection;
      };
      const locks = [await lock(ids[2]), await lock(ids[3])];
      const served: number[] = [];
      const asked = fresh.map(async ({ tokens }, index) => {
        const { data, text } = await applications[0].client.run(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } });
        served.push(index);
        return data?.refreshSession ?? text;
      });
      const deadline = Date.now() + 20_000;
      while (served.length < 6 && Date.now() < deadline) await delay(50);
      // One is let go within the second that the server waits, the other after it.
      await delay(700);
      await locks[0]?.end();
      await delay(1500);
      await locks[1]?.end();
      expect(served.slice(0, 6).toSorted()).toEqual([0, 1, 4, 5, 6, 7]);
      for (const answer of await Promise.all(asked)) {
        expect(answer).toMatchObject({ __typename: "LoggedIn" });
        const { refreshToken } = answer as { refreshToken: string };
        expect(await refresh(applications[0], refreshToken)).toMatchObject({ __typename: "LoggedIn" });
      }
    },
    60_000,
  );

  it("SE-02 refreshSession - batch outcome unknown for longer than the grace - each user gets their tokens, and the session continues", async () => {
    await gateway.configure(applications[0].id, "session.refreshGraceSeconds=5");
    const fresh = await Promise.all(Array.from({ length: 3 }, () => signUpPerson(gateway, applications[0])));
    const { database } = gateway.services;
    const update = database.executeAutocommit.bind(database);
    const slow = vi.spyOn(database, "executeAutocommit").mockImplementationOnce(async (...words) => {
      const affected = (await update(...words)) ?? 0;
      gateway.clock.move({ seconds: 6 });
      return affected - 1;
    });
    const answers = await Promise.all(fresh.map(({ tokens }) => refresh(applications[0], tokens.refreshToken)));
    slow.mockRestore();
    for (const answer of answers) {
      expect(answer).toMatchObject({ __typename: "LoggedIn" });
      const { refreshToken } = answer as { refreshToken: string };
      expect(await refresh(applications[0], refreshToken)).toMatchObject({ __typename: "LoggedIn" });
    }
  });

  it("me - one user's row is broken - only that user gets an error", async () => {
    const fresh = await Promise.all(Array.from({ length: 6 }, () => signUpPerson(gateway, applications[0])));
    await gateway.query("UPDATE users SET metadata = '{' WHERE email = ?", [fresh[2]?.email]);
    const answers = await Promise.all(fresh.map(({ client }) => client.run(MeDocument, {})));
    expect(answers.map(({ data, errors }) => data?.me?.email ?? errors[0]?.extensions.code)).toEqual(
      fresh.map(({ email }, index) => (index === 2 ? "INTERNAL_SERVER_ERROR" : email)),
    );
    await gateway.query("UPDATE users SET metadata = '{}' WHERE email = ?", [fresh[2]?.email]);
  });
});

const idsOf = async (of: readonly TestPerson[]) => {
  const rows = await gateway.query<{ id: string; email: string }>(
    "SELECT s.id AS id, u.email AS email FROM sessions s JOIN users u ON u.application_id = s.application_id AND u.id = s.user_id",
  );
  return of.map(({ email }) => rows.find((row) => row.email === email)?.id ?? "?");
};

describe("batched updates", () => {
  let repository: SessionRepository;
  let sessions: SessionEntity[];
  const rotationFor = (name: string): Rotation => ({
    refreshTokenHash: `refresh of ${name}`,
    sessionTokenHash: `session of ${name}`,
    sessionTokenExpiresAt: new Date("2030-01-02T03:04:05.678Z"),
    parentRefreshTokenHash: null,
    parentSessionTokenHash: 'it\'s \\ "quoted" ?',
    parentSessionTokenExpiresAt: null,
    rotationNonce: `nonce of ${name}`,
    rotatedAt: new Date("2029-12-31T23:59:59.999Z"),
    lastUsedAt: new Date("2030-01-01T00:00:00.001Z"),
    idleExpiresAt: new Date("2031-01-01T00:00:00.010Z"),
  });
  const rotate = (session: SessionEntity, name: string) => repository.rotate(session, () => rotationFor(name));
  const expectChanged = async (session: SessionEntity, name: string) => {
    const { applicationId, id } = session;
    expect(await repository.find(applicationId, id)).toEqual({ ...session, ...rotationFor(name) });
  };
  const expectUnchanged = async (session: SessionEntity) =>
    expect(await repository.find(session.applicationId, session.id)).toEqual(session);
  beforeAll(() => {
    repository = new SessionRepository(gateway.services.database);
  });
  const createSessions = async (count: number) => {
    const fresh = await Promise.all(Array.from({ length: count }, () => signUpPerson(gateway, applications[0], uniqueEmail("shared"))));
    const ids = await idsOf(fresh);
    sessions = await Promise.all(ids.map(async (id) => (await repository.find(applications[0].id, id)) as SessionEntity));
  };

  it("rotate - all rows as read - each gets its own values, to the millisecond, null and quotes unchanged", async () => {
    await createSessions(11);
    expect(await Promise.all(sessions.map((session, index) => rotate(session, String(index))))).toEqual(sessions.map(() => true));
    for (const [index, session] of sessions.entries()) await expectChanged(session, String(index));
  });

  it("SE-02 rotate - some replaced or ended since they were read - only the others of the batch are changed", async () => {
    await createSessions(6);
    const [, stale, , ended] = sessions as [SessionEntity, SessionEntity, SessionEntity, SessionEntity];
    await gateway.services.database.transaction((tx) =>
      repository.end(tx, ended.applicationId, ended.id, "LOG_OUT", new Date("2026-01-01T00:00:00Z")),
    );
    const asked = sessions.map((session) => (session === stale ? { ...session, refreshTokenHash: "an older one" } : session));
    const told = await Promise.all(asked.map((session, index) => rotate(session, `some ${index}`)));
    expect([told[1], told[3]]).toEqual([false, false]);
    await expectUnchanged(stale);
    expect(await rowOf(ended.id)).toMatchObject({ refresh_token_hash: ended.refreshTokenHash, end_reason: "LOG_OUT" });
    for (const index of [0, 2, 4, 5]) await expectChanged(sessions[index] as SessionEntity, `some ${index}`);
  });

  it("rotate - one session three times in a batch - only the first succeeds", async () => {
    await createSessions(3);
    const [first, second, third] = sessions as [SessionEntity, SessionEntity, SessionEntity];
    const asked = [rotate(first, "a"), rotate(second, "b1"), rotate(second, "b2"), rotate(third, "c")];
    expect(await Promise.all(asked)).toEqual([true, true, false, true]);
    await expectChanged(first, "a");
    await expectChanged(second, "b1");
    await expectChanged(third, "c");
  });

  it("TN-01 rotate and find - the same id in two applications - never changes or returns the other's row", async () => {
    await createSessions(2);
    const [mine, beside] = sessions as [SessionEntity, SessionEntity];
    const [otherUser] = await gateway.query<{ id: string }>("SELECT id FROM users WHERE application_id = ?", [applications[1].id]);
    const theirs = { ...mine, applicationId: applications[1].id, userId: otherUser?.id ?? "?", refreshTokenHash: "of the other" };
    await gateway.services.database.transaction((tx) => repository.insert(tx, theirs));
    const found = await Promise.all([mine, theirs, beside].map(({ applicationId, id }) => repository.findWithUser(applicationId, id)));
    expect(found.map((each) => [each?.session.refreshTokenHash, each?.user.id])).toEqual(
      [mine, theirs, beside].map(({ refreshTokenHash, userId }) => [refreshTokenHash, userId]),
    );
    expect(await Promise.all([rotate(mine, "m"), rotate(theirs, "t"), rotate(beside, "b")])).toEqual([true, false, true]);
    await expectUnchanged(theirs);
    await expectChanged(mine, "m");
    expect(await rotate(theirs, "t")).toBe(true);
    await expectChanged(theirs, "t");
    await expectChanged(mine, "m");
  });

  it("rotate - inside a transaction - is rejected, because it could not be rolled back", async () => {
    await createSessions(1);
    const [session] = sessions as [SessionEntity];
    await expect(gateway.services.database.transaction(() => rotate(session, "inside"))).rejects.toThrow(
      "Autocommit statement inside a transaction",
    );
    await expectUnchanged(session);
  });
});
