import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../src/platform/database/index.js";
import { createTestDatabase, type TestDatabase } from "../support/database.js";

const START_MS = Date.parse("2031-01-01T00:00:00.000Z");

let database: TestDatabase;
/** When the migration ran. */
let ranAt: Date[];
/** Time that passes whenever the waiting process looks at its clock. */
let stepSeconds: number;
let nowMs: number;
const clock = {
  now: () => {
    nowMs += stepSeconds * 1000;
    return new Date(nowMs);
  },
};
class RecordTime1767225600000 {
  name = "RecordTime1767225600000";
  async up(): Promise<void> {
    ranAt.push(new Date(nowMs));
  }
  async down(): Promise<void> {}
}

const open = (runMigrations: false | { lockOwner: string }) =>
  openDatabase({ url: database.url, entities: [], migrations: [RecordTime1767225600000], runMigrations }, clock);
async function query<Row>(...statements: string[]): Promise<Row[]> {
  const opened = await open(false);
  try {
    let rows: Row[] = [];
    for (const sql of statements) rows = await opened.autocommit((manager) => manager.query(sql));
    return rows;
  } finally {
    await opened.close();
  }
}
const leaseTo = (owner: string, until: Date) =>
  query(
    "CREATE TABLE migration_lock (name VARCHAR(16) NOT NULL PRIMARY KEY, owner VARCHAR(36) NOT NULL, lease_until VARCHAR(24) NOT NULL)",
    `INSERT INTO migration_lock (name, owner, lease_until) VALUES ('schema', '${owner}', '${until.toISOString()}')`,
  );
const readLock = () => query<{ owner: string; lease_until: string }>("SELECT owner, lease_until FROM migration_lock");

beforeEach(async () => {
  database = await createTestDatabase();
  [ranAt, nowMs, stepSeconds] = [[], START_MS, 31];
});
afterEach(() => database.drop());

describe("migration lock", () => {
  it("migrations - another process holds the lease - run when the lease has expired, and the lock is released", async () => {
    const leaseUntil = new Date(START_MS + 70_000);
    await leaseTo("other", leaseUntil);
    await (await open({ lockOwner: "own" })).close();
    expect(ranAt).toHaveLength(1);
    expect(ranAt[0]?.getTime()).toBeGreaterThan(leaseUntil.getTime());
    expect(await readLock()).toEqual([{ owner: "", lease_until: "" }]);
  });

  it("migrations - another process renews its lease for more than two minutes - fail without running, and its lock stays", async () => {
    const leaseUntil = new Date("2100-01-01T00:00:00.000Z");
    await leaseTo("other", leaseUntil);
    stepSeconds = 70;
    await expect(open({ lockOwner: "own" })).rejects.toThrow(/Timed out waiting for the migration lock/);
    expect(ranAt).toEqual([]);
    expect(await readLock()).toEqual([{ owner: "other", lease_until: leaseUntil.toISOString() }]);
  });

  it("migrations - lock released - run at once", async () => {
    await leaseTo("", new Date(0));
    await (await open({ lockOwner: "own" })).close();
    expect(ranAt).toHaveLength(1);
  });
});
