import { chmodSync, closeSync, mkdirSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { DataSource, type DataSourceOptions, type EntityManager, type QueryRunner } from "typeorm";
import { DateUtils } from "typeorm/util/DateUtils.js";
import type { DatabaseConnection, DatabaseOptions } from "./dialect.js";

interface SqliteConnection {
  prepare(sql: string): unknown;
  pragma(pragma: string): unknown;
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
  close(): unknown;
}
type SqliteConstructor = new (...options: unknown[]) => SqliteConnection;

/** SQLite has no date type: dates are stored as the text that TypeORM writes into datetime columns. */
const toStored = (parameter: unknown) => (parameter instanceof Date ? DateUtils.mixedDateToUtcDatetimeString(parameter) : parameter);

/**
 * Opens the embedded database: one connection for writing, one read-only (WAL allows both at once). TypeORM's deferred BEGIN fails when
 * another process writes in between, so the writer uses BEGIN IMMEDIATE.
 */
export async function openSqlite(options: DatabaseOptions): Promise<DatabaseConnection> {
  const file = resolve(options.url.slice("sqlite:".length));
  mkdirSync(dirname(file), { recursive: true });
  closeSync(openSync(file, "a", 0o600));
  chmodSync(file, 0o600);
  const Sqlite = loadDriver();
  class ImmediateSqlite extends Sqlite {
    override prepare(sql: string) {
      return super.prepare(sql === "BEGIN TRANSACTION" ? "BEGIN IMMEDIATE" : sql);
    }
  }
  let connection: SqliteConnection | undefined;
  const commonOptions = {
    type: "better-sqlite3",
    database: file,
    entities: [...options.entities] as never[],
    invalidWhereValuesBehavior: { null: "throw", undefined: "throw" },
    logging: false,
    synchronize: false,
  } satisfies DataSourceOptions;
  const writer = new DataSource({
    ...commonOptions,
    driver: ImmediateSqlite,
    enableWAL: true,
    timeout: 5000,
    migrations: [...options.migrations],
    migrationsTransactionMode: "none",
    prepareDatabase: (opened: SqliteConnection) => {
      connection = opened;
      opened.pragma("synchronous = FULL");
    },
  });
  await writer.initialize();
  if (!connection) throw new Error("The driver has not opened a connection");
  const opened: SqliteConnection = connection;
  const reader = new DataSource({
    ...commonOptions,
    driver: Sqlite,
    timeout: 50,
    prepareDatabase: (opened: SqliteConnection) => {
      opened.pragma("query_only = ON");
    },
  });
  return {
    label: `SQLite at ${file}`,
    writer,
    reader,
    queryPrepared: (manager, sql, parameters) => manager.query(sql, parameters.map(toStored)),
    executePrepared: async ({ queryRunner, dataSource }, sql, parameters) => {
      const runner = queryRunner ?? dataSource.createQueryRunner();
      const { affected } = await runner.query(sql, parameters.map(toStored), true);
      if (affected === undefined) throw new Error("The driver did not report the number of affected rows");
      return affected;
    },
    transaction: (work) => runTransaction(writer, opened, work),
    readinessWrite:
      "INSERT INTO readiness_checks (id, counter) VALUES ('gateway', 1) ON CONFLICT (id) DO UPDATE SET counter = (counter + 1) % 1000000",
    hasSpareWriter: false,
    openMigrationSource: async () => writer,
    maxConcurrentTransactions: 1,
    // Waiting inside SQLite blocks the event loop: after migrations, a busy file fails at once and is retried asynchronously.
    afterMigrations: async () => {
      opened.pragma("busy_timeout = 0");
      await reader.initialize();
    },
  };
}

async function runTransaction<T>(
  writer: DataSource,
  connection: SqliteConnection,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  try {
    const result = await writer.transaction(work);
    if (connection.inTransaction) throw new Error("COMMIT has not ended the transaction");
    return result;
  } catch (error) {
    endTransaction(writer, connection);
    throw error;
  }
}

/**
 * SQLite may roll back by itself (full disk), and COMMIT and ROLLBACK may fail. TypeORM then believes that the transaction is still running,
 * and would begin later ones as savepoints of it, which are never committed. When the transaction cannot be ended, the process ends.
 */
function endTransaction({ driver }: DataSource, connection: SqliteConnection): void {
  const shared = driver as unknown as { queryRunner: QueryRunner | undefined };
  if (!connection.inTransaction && !shared.queryRunner?.isTransactionActive) return;
  shared.queryRunner = undefined;
  try {
    if (connection.inTransaction) connection.exec("ROLLBACK");
  } catch (error) {
    // Closing discards the transaction, and later statements fail.
    connection.close();
    setImmediate(() => {
      throw new Error("The transaction of the embedded database could not be rolled back", { cause: error });
    });
  }
}

/** Release 13 needs Node 22; with release 12, Node 24.19 and later can abort when a statement is garbage-collected. */
const hasNodeApiRelease = Number.parseInt(process.versions.node, 10) >= 22;
const DRIVER_PACKAGE = hasNodeApiRelease ? "better-sqlite3-napi" : "better-sqlite3";
const REMEDIES = hasNodeApiRelease
  ? "run npm ci again with this version of Node, or set DATABASE_URL=mysql://..."
  : "use Node 22 or later and run npm ci again, which needs no compiler; or install a compiler (Debian: apt-get install python3 make g++); or set DATABASE_URL=mysql://...";

function loadDriver(): SqliteConstructor {
  try {
    // Not import(): it does not work in code that comes from the code cache of the bundle.
    const Sqlite = createRequire(import.meta.url)(DRIVER_PACKAGE) as SqliteConstructor;
    // The first connection loads the binary.
    new Sqlite(":memory:").close();
    return Sqlite;
  } catch (error) {
    throw new Error(
      `The embedded database needs the package ${DRIVER_PACKAGE}, which is not installed or cannot be loaded by Node ${process.versions.node}: ${REMEDIES}`,
      { cause: error },
    );
  }
}
