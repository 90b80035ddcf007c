import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../src/platform/clock.js";
import { type Database, isDatabaseUnavailable, openDatabase } from "../../src/platform/database/index.js";
import { isMysql } from "../support/database.js";
import { DatabaseRelay } from "../support/database-relay.js";
import { gatewayForFile, TestGateway } from "../support/gateway.js";
import { LogInDocument } from "../support/generated/authentication.js";
import { PASSWORD, signUpPerson } from "../support/people.js";

const gateway = gatewayForFile();
/** A machine that also runs other tests may stall the gateway, the relay and the client, which share this process. */
const stalls = monitorEventLoopDelay();
const maxAnswerMs = () => 10_000 + (3 * stalls.max) / 1e6;
beforeEach(() => {
  stalls.reset();
  stalls.enable();
});
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

async function startRelay(): Promise<DatabaseRelay> {
  const relay = await DatabaseRelay.start(gateway.database.url);
  cleanups.push(() => relay.stop());
  return relay;
}

async function openThrough(relay: DatabaseRelay): Promise<Database> {
  const database = await openDatabase({ url: relay.url, entities: [], migrations: [], runMigrations: false }, systemClock);
  cleanups.push(() => database.close());
  return database;
}

/** Opens `count` connections of both pools together, each of which has prepared a statement. */
async function warmUp({ services: { database } }: TestGateway, count: number): Promise<void> {
  const each = Array.from({ length: count / 2 });
  const isComplete = new Promise<void>((resolve) => {
    let waiting = each.length;
    const arrive = () => (--waiting === 0 ? resolve() : undefined);
    for (const _ of each)
      void database.transaction(async ({ manager }) => {
        await database.executePrepared(manager, "UPDATE users SET locale = locale WHERE id = ?", ["none"]);
        arrive();
        await isComplete;
      });
  });
  await isComplete;
  await Promise.all(each.map(() => database.queryPrepared("SELECT SLEEP(0.2) AS slept, ? AS value", ["x"])));
}

describe.runIf(isMysql)("database that stops answering", () => {
  it.each([
    2, 20,
  ])("B-01 F-01 log-ins - %i open connections fall silent - each is answered within ten seconds, soon with success", async (count) => {
    const application = await gateway.createApplication();
    const { email } = await signUpPerson(gateway, application);
    const relay = await startRelay();
    const behind = await TestGateway.start({ shareDatabaseOf: gateway, environment: { DATABASE_URL: relay.url } });
    cleanups.push(() => behind.stop());
    const client = behind.client(application.appKey);
    const logIn = async () => {
      const startedAt = performance.now();
      const { data, errors } = await client.run(LogInDocument, { input: { handle: { email }, password: PASSWORD } });
      return { outcome: data?.logIn.__typename ?? errors[0]?.extensions.code, milliseconds: performance.now() - startedAt };
    };
    expect((await logIn()).outcome).toBe("LoggedIn");
    await warmUp(behind, count);
    const openConnections = relay.connectionCount;
    expect(openConnections).toBeGreaterThanOrEqual(count);
    relay.silenceOpenConnections();
    const silencedAt = performance.now();
    const answers: ReturnType<typeof logIn>[] = [];
    let successes = 0;
    for (let second = 0; second < 25 && successes < 3; second++) {
      const answer = logIn();
      void answer.then(({ outcome }) => outcome === "LoggedIn" && successes++);
      answers.push(answer);
      await delay(1000);
    }
    const settled = await Promise.all(answers);
    expect(settled.filter(({ milliseconds }) => milliseconds > maxAnswerMs())).toEqual([]);
    expect(new Set(settled.map(({ outcome }) => outcome))).toEqual(new Set(["LoggedIn", "UNAVAILABLE"]));
    await expect.poll(async () => (await logIn()).outcome, { timeout: 10_000 }).toBe("LoggedIn");
    expect((await fetch(`${behind.url}/health/ready`)).status).toBe(200);
    expect(performance.now() - silencedAt).toBeLessThan(30_000);
    const reports = behind.logs.filter((line) => line.includes("database connection closed"));
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.length).toBeLessThanOrEqual(openConnections);
  }, 120_000);

  const commands: Readonly<Record<string, (database: Database) => Promise<unknown>>> = {
    "START TRANSACTION": (database) => database.transaction(async () => {}),
    COMMIT: (database) => database.transaction(async () => {}),
    // TypeORM reports the error that led to the rollback, not that of the rollback.
    ROLLBACK: (database) =>
      database.transaction(async () => {
        throw Object.assign(new Error("rolled back"), { code: "POOL_TEST" });
      }),
    "SELECT 'PREPARE'": (database) => database.queryPrepared("SELECT 'PREPARE' AS first, ? AS second", [1]),
    "SELECT 'PLAIN'": (database) => database.readManager.query("SELECT 'PLAIN' AS first"),
    "SET SESSION lock_wait_timeout": (database) =>
      Promise.all(Array.from({ length: 2 }, () => database.readManager.query("SELECT SLEEP(0.1)"))),
  };

  it("F-01 command - silence after any one of them - fails within its time limit, and the next one has another connection", async () => {
    const results = await Promise.all(
      Object.entries(commands).map(async ([command, run]) => {
        const relay = await startRelay();
        const database = await openThrough(relay);
        relay.silencesAnswersTo = command;
        const startedAt = performance.now();
        const error = await run(database).catch((reason: unknown) => reason);
        const isInTime = performance.now() - startedAt < 9000;
        relay.silencesAnswersTo = undefined;
        const next = await run(database).catch((reason: unknown) => reason);
        return [command, isDatabaseUnavailable(error), isInTime, /did not answer/.test(String(next))];
      }),
    );
    expect(results).toEqual(Object.keys(commands).map((command) => [command, true, true, false]));
  });

  it("F-01 COMMIT - executed but not answered - is reported as unavailable, and the transaction runs once", async () => {
    const relay = await startRelay();
    const database = await openThrough(relay);
    relay.silencesAnswersTo = "COMMIT";
    let runs = 0;
    const name = `run-${Date.now()}`.slice(0, 16);
    const work = database.transaction(async ({ manager }) => {
      runs++;
      await manager.query("INSERT INTO migration_lock (name, owner, lease_until) VALUES (?, '', '')", [name]);
    });
    const error = await work.catch((reason: unknown) => reason);
    expect([isDatabaseUnavailable(error), runs]).toEqual([true, 1]);
    expect(await gateway.query("SELECT name FROM migration_lock WHERE name = ?", [name])).toEqual([{ name }]);
    await gateway.query("DELETE FROM migration_lock WHERE name = ?", [name]);
  });

  it.each([1180, 3101])("G-03 COMMIT - rolled back by the server with error %i - repeats the whole transaction", async (errorNumber) => {
    const relay = await startRelay();
    const database = await openThrough(relay);
    relay.refuses = { command: "COMMIT", errorNumber, times: 2 };
    let runs = 0;
    const name = `run-${errorNumber}`;
    await database.transaction(async ({ manager }) => {
      runs++;
      await manager.query("INSERT INTO migration_lock (name, owner, lease_until) VALUES (?, '', '')", [name]);
    });
    expect(runs).toBe(3);
    expect(await gateway.query("SELECT name FROM migration_lock WHERE name = ?", [name])).toEqual([{ name }]);
    await gateway.query("DELETE FROM migration_lock WHERE name = ?", [name]);
  });

  it("F-05 log-in - two seconds for each answer of the database - is answered UNAVAILABLE within ten seconds and opens no session", async () => {
    const application = await gateway.createApplication();
    const { email, tokens } = await signUpPerson(gateway, application);
    const relay = await startRelay();
    const behind = await TestGateway.start({ shareDatabaseOf: gateway, environment: { DATABASE_URL: relay.url } });
    cleanups.push(() => behind.stop());
    relay.latencyMs = 2000;
    const startedAt = performance.now();
    const { errors } = await behind.client(application.appKey).run(LogInDocument, { input: { handle: { email }, password: PASSWORD } });
    expect(performance.now() - startedAt).toBeLessThan(maxAnswerMs());
    expect(errors[0]?.extensions).toMatchObject({ code: "UNAVAILABLE", retryAfterSeconds: expect.any(Number) });
    relay.latencyMs = 0;
    await delay(5000);
    const sessions = await gateway.query("SELECT id FROM sessions WHERE user_id = ?", [tokens.user.id]);
    expect(sessions).toHaveLength(1);
  }, 60_000);
});
