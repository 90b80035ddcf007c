import type { Clock } from "../clock.js";
import { Database } from "./database.js";
import type { OpenDatabase, OpenOptions } from "./dialect.js";
import { openMysql } from "./dialect.mysql.js";
import { openSqlite } from "./dialect.sqlite.js";
import { countMissing, migrate } from "./migrate.js";

/** Opens the database a URL names (`sqlite:PATH` or `mysql://...`) and brings its schema up to date. */
export async function openDatabase(options: OpenOptions, clock: Clock): Promise<Database> {
  const open = await (options.url.startsWith("sqlite:") ? openSqlite(options) : openMysql(options));
  try {
    if (options.migrates && (await countMissing(open.writer)) > 0) await migrateWith(open, clock, options.migrates.lockOwner);
    await open.ready();
    return new Database(open);
  } catch (error) {
    if (open.writer.isInitialized) await open.writer.destroy();
    throw error;
  }
}

async function migrateWith(open: OpenDatabase, clock: Clock, lockOwner: string): Promise<void> {
  const migrator = await open.openMigrator();
  try {
    await migrate(migrator, clock, lockOwner);
  } finally {
    if (migrator !== open.writer) await migrator.destroy();
  }
}
