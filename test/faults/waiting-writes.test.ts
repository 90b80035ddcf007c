import { setTimeout as delay } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isMysql } from "../support/database.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { ApplicationDocument, MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { logIn, signUpPerson } from "../support/people.js";

/** More than there are connections for transactions. */
const N = 14;

let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  gateway = await TestGateway.start();
  application = await gateway.createApplication();
});
afterAll(() => gateway.stop());

/** Somebody else keeps every transaction of the gateway waiting while `work` runs. */
async function whileWritesWait(work: () => Promise<void>): Promise<void> {
  if (isMysql) {
    const connection = await createConnection(gateway.database.url);
    await connection.query("LOCK TABLES throttle_buckets READ");
    return await work().finally(() => connection.end());
  }
  const other = await TestGateway.start({ beside: gateway });
  await other.nouns.database.transaction(work);
  await other.stop();
}

/** Somebody else keeps every session from being changed while `work` runs. */
async function whileSessionsAreLocked(work: () => Promise<void>): Promise<void> {
  if (!isMysql) return await whileWritesWait(work);
  const connection = await createConnection(gateway.database.url);
  await connection.beginTransaction();
  await connection.query("SELECT id FROM sessions FOR UPDATE");
  await work().finally(() => connection.end());
}

describe("a database that keeps writes waiting", () => {
  it("reads - more log-ins than connections wait - me, application and readiness answer, then every log-in is served", async () => {
    const { email, client } = await signUpPerson(gateway, application);
    let served = 0;
    let logIns: Promise<unknown>[] = [];
    await whileWritesWait(async () => {
      logIns = Array.from({ length: N }, async () => {
        const { __typename } = await logIn(application.client, email);
        served++;
        return __typename;
      });
      for (let round = 0; round < 5; round++) {
        expect((await client.expect(MeDocument, {})).me).toMatchObject({ email });
        expect((await client.expect(ApplicationDocument, {})).application).toMatchObject({ id: application.id });
        expect((await fetch(`${gateway.url}/health/ready`)).status).toBe(200);
      }
      expect(served).toBe(0);
    });
    expect(await Promise.all(logIns)).toEqual(Array.from({ length: N }, () => "LoggedIn"));
  });
});

describe("a refresh that waits for its row", () => {
  const refresh = async (refreshToken: string) =>
    (await application.client.run(RefreshSessionDocument, { input: { refreshToken } })).data?.refreshSession.__typename;

  it("refreshSession - locked out until it is refused - is not done behind the client's back: asked again later, it is served", async () => {
    const { refreshToken } = (await signUpPerson(gateway, application)).tokens;
    await whileSessionsAreLocked(async () => {
      const { errors, status } = await application.client.run(RefreshSessionDocument, { input: { refreshToken } });
      expect([status, errors[0]?.extensions.code]).toEqual([200, "UNAVAILABLE"]);
    });
    await delay(500);
    gateway.clock.move({ minutes: 1 });
    expect(await refresh(refreshToken)).toBe("LoggedIn");
  });

  it("refreshSession - three with one token wait for longer than the grace - all get the one successor", async () => {
    await gateway.configure(application.id, "session.refreshGraceSeconds=5");
    const { refreshToken } = (await signUpPerson(gateway, application)).tokens;
    let waiting: Promise<unknown>[] = [];
    await whileSessionsAreLocked(async () => {
      waiting = [refreshToken, refreshToken, refreshToken].map(refresh);
      await delay(5500);
    });
    expect(await Promise.all(waiting)).toEqual(["LoggedIn", "LoggedIn", "LoggedIn"]);
    expect(await refresh(refreshToken)).toBe("LoggedIn");
  });
});

describe("a slow statement", () => {
  it.skipIf(!isMysql)("LG-01 statement - given up after five seconds - nothing of it is printed", async () => {
    const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "log"), vi.spyOn(console, "error"), vi.spyOn(process.stdout, "write")];
    const secret = "$2b$10$secretsecretsecretsecre";
    await expect(gateway.query("SELECT SLEEP(6), ? AS hash", [secret])).rejects.toThrow();
    expect(JSON.stringify(printed.map(({ mock }) => mock.calls))).not.toContain(secret);
    expect(gateway.logs.join("")).not.toContain(secret);
    vi.restoreAllMocks();
  });
});
