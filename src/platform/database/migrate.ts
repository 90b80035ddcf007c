import { setTimeout as delay } from "node:timers/promises";
import type { DataSource } from "typeorm";
import { addSeconds, type Clock } from "../clock.js";

const LEASE_SECONDS = 60;
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Runs pending migrations, one process at a time. The lock is a row with owner and lease, acquired by a conditional update, because
 * server-side locks are local to one node of a cluster. `owner` names this process in the lock; at most 36 characters.
 */
export async function migrate(source: DataSource, clock: Clock, owner: string): Promise<number> {
  await source.query(
    "CREATE TABLE IF NOT EXISTS migration_lock (name VARCHAR(16) NOT NULL PRIMARY KEY, owner VARCHAR(36) NOT NULL, lease_until VARCHAR(24) NOT NULL)",
  );
  await acquireMigrationLock(source, clock, owner);
  const renewal = setInterval(() => {
    const leaseUntil = addSeconds(clock.now(), LEASE_SECONDS).toISOString();
    source.query("UPDATE migration_lock SET lease_until = ? WHERE name = 'schema' AND owner = ?", [leaseUntil, owner]).catch(() => {});
  }, 15_000);
  try {
    const executed = await source.runMigrations({ transaction: "none" });
    return executed.length;
  } finally {
    clearInterval(renewal);
    await source.query("UPDATE migration_lock SET owner = '', lease_until = '' WHERE name = 'schema' AND owner = ?", [owner]);
  }
}

/** Number of pending migrations of this release. Needs no privilege to alter the schema. */
export async function countPendingMigrations(source: DataSource): Promise<number> {
  const runner = source.createQueryRunner();
  try {
    if (!(await runner.hasTable("migrations"))) return source.migrations.length;
    const rows = (await runner.query("SELECT name FROM migrations")) as { name: string }[];
    const executed = new Set(rows.map(({ name }) => name));
    return source.migrations.filter((migration) => !executed.has(migration.name ?? migration.constructor.name)).length;
  } finally {
    if (source.options.type === "mysql") await runner.release();
  }
}

async function acquireMigrationLock(source: DataSource, clock: Clock, owner: string): Promise<void> {
  try {
    await source.query("INSERT INTO migration_lock (name, owner, lease_until) VALUES ('schema', '', '')");
  } catch {
    // Another process inserted the row first, which is sufficient.
  }
  const started = clock.now().getTime();
  for (;;) {
    const now = clock.now();
    await source.query("UPDATE migration_lock SET owner = ?, lease_until = ? WHERE name = 'schema' AND lease_until < ?", [
      owner,
      addSeconds(now, LEASE_SECONDS).toISOString(),
      now.toISOString(),
    ]);
    const [row] = (await source.query("SELECT owner FROM migration_lock WHERE name = 'schema'")) as [{ owner: string } | undefined];
    if (row?.owner === owner) return;
    if (now.getTime() - started > LOCK_TIMEOUT_MS) throw new Error("Timed out waiting for the migration lock (2 minutes)");
    await delay(200);
  }
}
