import type { Clock } from "../clock.js";
import { CREDENTIALS_REMEDY } from "../url-credentials.js";
import { Database } from "./database.js";
import type { DatabaseConnection, DatabaseOptions } from "./dialect.js";
import { openMysql } from "./dialect.mysql.js";
import { openSqlite } from "./dialect.sqlite.js";
import { countPendingMigrations, migrate } from "./migrate.js";
import { parseMysqlUrl, readSslCa } from "./mysql-url.js";
import { refuseUnfinishedRestore } from "./restore-state.js";

/** Why a DATABASE_URL cannot be used, in words that follow the name of the variable; null if it can. Contains no user and no password. */
export function findDatabaseUrlProblem(url: string): string | null {
  if (/^sqlite:./.test(url)) return null;
  if (!url.startsWith("mysql://")) return `must be sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE; ${CREDENTIALS_REMEDY}`;
  try {
    readSslCa(parseMysqlUrl(url));
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Opens the database of the URL (`sqlite:PATH` or `mysql://...`) and runs pending migrations unless they are disabled. */
export async function openDatabase(options: DatabaseOptions, clock: Clock): Promise<Database> {
  const connection = await (options.url.startsWith("sqlite:") ? openSqlite(options) : openMysql(options));
  try {
    if (options.runMigrations) await checkRestore(connection, options.acceptedRestore);
    if (options.runMigrations && (await countPendingMigrations(connection.writer)) > 0)
      await runMigrations(connection, clock, options.runMigrations.lockOwner);
    await connection.afterMigrations();
    return new Database(connection);
  } catch (error) {
    if (connection.writer.isInitialized) await connection.writer.destroy();
    throw error;
  }
}

async function checkRestore({ writer }: DatabaseConnection, accepted: DatabaseOptions["acceptedRestore"]): Promise<void> {
  const runner = writer.createQueryRunner();
  try {
    await refuseUnfinishedRestore(runner, accepted);
  } finally {
    await runner.release();
  }
}

async function runMigrations(connection: DatabaseConnection, clock: Clock, lockOwner: string): Promise<void> {
  const migrationSource = await connection.openMigrationSource();
  try {
    await migrate(migrationSource, clock, lockOwner);
  } finally {
    if (migrationSource !== connection.writer) await migrationSource.destroy();
  }
}
