import { setTimeout as delay } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { isMysql } from "../support/database.js";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import { ApplicationDocument, MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { logIn, signUpPerson } from "../support/people.js";

const gateway = gatewayForFile();
/** More than there are connections for transactions. */
const LOG_IN_COUNT = 14;

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

/** Another connection blocks every transaction of the gateway while `work` runs. */
async function whileWritesAreBlocked(work: () => Promise<void>): Promise<void> {
  if (isMysql) {
    const connection = await createConnection(gateway.database.url);
    await connection.query("LOCK TABLES throttle_buckets READ");
    return await work().finally(() => connection.end());
  }
  const other = await TestGateway.start({ shareDatabaseOf: gateway });
  await other.services.database.transaction(work);
  await other.stop();
}

/** Another connection locks every session while `work` runs. */
async function whileSessionsAreLocked(work: () => Promise<void>): Promise<void> {
  if (!isMysql) return await whileWritesAreBlocked(work);
  const connection = await createConnection(gateway.database.url);
  await connection.beginTransaction();
  await connection.query("SELECT id FROM sessions FOR UPDATE");
  await work().finally(() => connection.end());
}

describe("blocked database writes", () => {
  it("reads - more log-ins blocked than there are connections - me, application and readiness answer, then every log-in is served", async () => {
    const { email, client } = await signUpPerson(gateway, application);
    let served = 0;
    let logIns: Promise<unknown>[] = [];
    await whileWritesAreBlocked(async () => {
      logIns = Array.from({ length: LOG_IN_COUNT }, async () => {
        const { __typename } = await logIn(application.client, email);
        served++;
        return __typename;
      });
      for (let round = 0; round < 5; round++) {
        const [{ me }, shown, { status }] = await Promise.all([
          client.expect(MeDocument, {}),
          client.expect(ApplicationDocument, {}),
          fetch(`${gateway.url}/health/ready`),
        ]);
        expect([me?.email, shown.application?.id, status]).toEqual([email, application.id, 200]);
      }
      expect(served).toBe(0);
    });
    expect(await Promise.all(logIns)).toEqual(Array.from({ length: LOG_IN_COUNT }, () => "LoggedIn"));
  });
});

describe("blocked refreshes", () => {
  const refresh = async (refreshToken: string) =>
    (await application.client.run(RefreshSessionDocument, { input: { refreshToken } })).data?.refreshSession.__typename;

  it("refreshSession - row locked until the request fails - is not applied afterwards: a later retry is served", async () => {
    const { refreshToken } = (await signUpPerson(gateway, application)).tokens;
    await whileSessionsAreLocked(async () => {
      const { errors, status } = await application.client.run(RefreshSessionDocument, { input: { refreshToken } });
      expect([status, errors[0]?.extensions.code]).toEqual([200, "UNAVAILABLE"]);
    });
    await delay(500);
    gateway.clock.move({ minutes: 1 });
    expect(await refresh(refreshToken)).toBe("LoggedIn");
  });

  it("refreshSession - three requests with one token blocked for longer than the grace - all get the same successor", async () => {
    await gateway.configure(application.id, "session.refreshGraceSeconds=5");
    const { refreshToken } = (await signUpPerson(gateway, application)).tokens;
    let waiting: Promise<unknown>[] = [];
    await whileSessionsAreLocked(async () => {
      waiting = [refreshToken, refreshToken, refreshToken].map(refresh);
      await delay(5100);
    });
    expect(await Promise.all(waiting)).toEqual(["LoggedIn", "LoggedIn", "LoggedIn"]);
    expect(await refresh(refreshToken)).toBe("LoggedIn");
  });
});

describe("slow statements", () => {
  it.skipIf(!isMysql)("LG-01 statement - timed out after five seconds - prints no parameter", async () => {
    const printed = [vi.spyOn(console, "warn"), vi.spyOn(console, "log"), vi.spyOn(console, "error"), vi.spyOn(process.stdout, "write")];
    const secret = "$2b$10$secretsecretsecretsecre";
    await expect(gateway.query("SELECT SLEEP(6), ? AS hash", [secret])).rejects.toThrow();
    expect(JSON.stringify(printed.map(({ mock }) => mock.calls))).not.toContain(secret);
    expect(gateway.logs.join("")).not.toContain(secret);
    vi.restoreAllMocks();
  });
});
