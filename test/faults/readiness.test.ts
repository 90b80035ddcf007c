import { describe, expect, it } from "vitest";
import { isMysql } from "../support/database.js";
import { DatabaseRelay } from "../support/database-relay.js";
import { gatewayForFile, TestGateway } from "../support/gateway.js";

const gateway = gatewayForFile();
const statusOf = async ({ url }: { readonly url: string }) => (await fetch(`${url}/health/ready`)).status;
const readCounters = async () =>
  (await gateway.query<{ counter: number }>("SELECT counter FROM readiness_checks")).map(({ counter }) => counter);

describe("readiness", () => {
  it("readiness - 40 requests within a second - writes once, to one row", async () => {
    expect(await statusOf(gateway)).toBe(200);
    const [before = 0] = await readCounters();
    const startedAt = performance.now();
    const statuses = await Promise.all(Array.from({ length: 40 }, () => statusOf(gateway)));
    const seconds = (performance.now() - startedAt) / 1000;
    expect(new Set(statuses)).toEqual(new Set([200]));
    const after = await readCounters();
    expect(after).toHaveLength(1);
    expect((after[0] ?? 0) - before).toBeLessThanOrEqual(Math.ceil(seconds));
  });

  it.skipIf(isMysql)("readiness - database that reads but does not write - answers 503", async () => {
    const own = await TestGateway.start();
    try {
      expect(await statusOf(own)).toBe(200);
      await own.services.database.autocommit((manager) => manager.query("PRAGMA query_only = ON"));
      await expect.poll(() => statusOf(own), { timeout: 5000 }).toBe(503);
      await own.services.database.autocommit((manager) => manager.query("PRAGMA query_only = OFF"));
      await expect.poll(() => statusOf(own), { timeout: 5000 }).toBe(200);
    } finally {
      await own.stop();
    }
  });

  it.runIf(isMysql).each([
    { server: "G-02 Galera node without quorum", errorNumber: 1047, command: "readiness_checks" },
    { server: "server with read_only", errorNumber: 1290, command: "INSERT INTO readiness_checks" },
    { server: "server in read-only mode", errorNumber: 1836, command: "INSERT INTO readiness_checks" },
  ])("readiness - $server - answers 503, and 200 when it is over", async ({ errorNumber, command }) => {
    const relay = await DatabaseRelay.start(gateway.database.url);
    const behind = await TestGateway.start({ shareDatabaseOf: gateway, environment: { DATABASE_URL: relay.url } });
    try {
      relay.refuses = { command, errorNumber, times: Number.POSITIVE_INFINITY };
      await expect.poll(() => statusOf(behind), { timeout: 5000 }).toBe(503);
      relay.refuses = undefined;
      await expect.poll(() => statusOf(behind), { timeout: 5000 }).toBe(200);
    } finally {
      await behind.stop();
      await relay.stop();
    }
  });
});
