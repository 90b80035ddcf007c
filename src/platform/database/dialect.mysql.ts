import type { Pool, PoolOptions } from "mysql2";
import { DataSource, type EntityManager, type Logger } from "typeorm";
import type { DatabaseConnection, DatabaseOptions } from "./dialect.js";
import { configurePool } from "./mysql-pool.js";
import { type MysqlUrl, parseMysqlUrl, readSslCa } from "./mysql-url.js";

interface Executor {
  execute(statement: { sql: string; values: unknown[] }, callback: (error: Error | null, result: unknown) => void): void;
}

/** Per pool. */
const MAX_POOL_CONNECTIONS = 10;
const COMMAND_TIMEOUT_MS = 5000;
const KEEP_ALIVE_DELAY_MS = 10_000;
/**
 * For one lock. It is shorter than the command timeout, so that the server never completes a statement after the client's timeout. A
 * statement may wait for each of its rows in turn.
 */
const LOCK_WAIT_TIMEOUT_SECONDS = 1;
const METADATA_LOCK_TIMEOUT_SECONDS = 4;
/** TypeORM logs slow statements with their parameters, which contain hashes, even when `logging` is off. */
const silentLogger: Logger = {
  ...{ logQuery: () => {}, logQueryError: () => {}, logQuerySlow: () => {} },
  ...{ logSchemaBuild: () => {}, logMigration: () => {}, log: () => {} },
};
const poolOf = (source: DataSource) => (source.driver as unknown as { pool: Executor }).pool;
/** Prepared once per connection, bypassing TypeORM. */
async function executeStatement({ queryRunner, dataSource }: EntityManager, sql: string, parameters: readonly unknown[]): Promise<unknown> {
  const executor: Executor = queryRunner ? await queryRunner.connect() : poolOf(dataSource);
  return await new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result));
    executor.execute({ sql, values: [...parameters] }, callback);
  });
}

/**
 * Opens MySQL 8.4 / 9 or MariaDB 10.11+. Reads outside transactions have their own pool, so that they do not wait for a connection while
 * many log-ins wait for the server's disk.
 */
export async function openMysql(options: DatabaseOptions): Promise<DatabaseConnection> {
  const url = parse(options.url);
  if (url.ignoredOptions.length > 0) options.log?.warn({ options: url.ignoredOptions }, "options of DATABASE_URL without effect");
  const baseStatements = sessionStatements(options.isolation ?? "READ COMMITTED", url);
  const writerStatements = [
    ...baseStatements,
    `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_SECONDS}, lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_SECONDS}`,
  ];
  // Reads wait only for metadata locks, while a table is altered.
  const readerStatements = [...baseStatements, `SET SESSION lock_wait_timeout = ${METADATA_LOCK_TIMEOUT_SECONDS}`];
  const timeoutMs = COMMAND_TIMEOUT_MS;
  // One connection more than transactions, for the readiness check.
  const writer = await openPool(url, options, writerStatements, { timeoutMs, connectionLimit: MAX_POOL_CONNECTIONS + 1 });
  const [row] = (await writer.query("SELECT VERSION() AS version")) as [{ version: string }];
  const product = row.version.includes("MariaDB") ? "MariaDB" : "MySQL";
  const reader = await openPool(url, { ...options, migrations: [] }, readerStatements, { timeoutMs });
  return {
    label: `${product} ${row.version.split("-")[0]} at ${new URL(options.url).host}`,
    writer,
    reader,
    queryPrepared: async (...statement) => (await executeStatement(...statement)) as Record<string, unknown>[],
    executePrepared: async (...statement) => ((await executeStatement(...statement)) as { affectedRows: number }).affectedRows,
    transaction: (work) => writer.transaction(work),
    readinessWrite:
      "INSERT INTO readiness_checks (id, counter) VALUES ('gateway', 1) ON DUPLICATE KEY UPDATE counter = (counter + 1) % 1000000",
    hasSpareWriter: true,
    // Migrations have no command timeout, because altering a large table can take long.
    openMigrationSource: () => openPool(url, options, baseStatements),
    maxConcurrentTransactions: MAX_POOL_CONNECTIONS,
    afterMigrations: async () => {},
  };
}

/** @throws Error that names the variable */
function parse(databaseUrl: string): MysqlUrl & { readonly sslCa: string | undefined } {
  try {
    const url = parseMysqlUrl(databaseUrl);
    return { ...url, sslCa: readSslCa(url) };
  } catch (error) {
    throw new Error(`DATABASE_URL ${(error as Error).message}`);
  }
}

async function openPool(
  url: ReturnType<typeof parse>,
  { entities, migrations, log }: DatabaseOptions,
  sessionSetup: readonly string[],
  { timeoutMs, connectionLimit = MAX_POOL_CONNECTIONS }: { readonly timeoutMs?: number; readonly connectionLimit?: number } = {},
): Promise<DataSource> {
  const mysql = await import("mysql2").then((module) => module.default);
  const onConnectionLost = (lost: object) => log?.warn(lost, "database connection closed: a command was not answered in time");
  const createPool = (poolOptions: PoolOptions): Pool =>
    configurePool(mysql.createPool(poolOptions), { ...(timeoutMs === undefined ? {} : { timeoutMs }), sessionSetup, onConnectionLost });
  const { host, port, user: username, password, database } = url;
  const source = new DataSource({
    type: "mysql",
    driver: { ...mysql, createPool },
    ...{ host, port, username, password, database },
    charset: "utf8mb4",
    timezone: "Z",
    connectTimeout: COMMAND_TIMEOUT_MS,
    logger: silentLogger,
    ...tlsOptions(url),
    extra: {
      ...{ connectionLimit, maxIdle: connectionLimit, queueLimit: 1000, trace: false },
      ...{ enableKeepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_DELAY_MS },
    },
    entities: [...entities] as never[],
    migrations: [...migrations],
    migrationsTransactionMode: "none",
    invalidWhereValuesBehavior: { null: "throw", undefined: "throw" },
    logging: false,
    synchronize: false,
  });
  return await source.initialize();
}

/** The driver encrypts only when an object is given; REQUIRED accepts any certificate. */
function tlsOptions({ sslMode, sslCa }: ReturnType<typeof parse>) {
  if (sslMode === "DISABLED") return {};
  const ca = sslCa === undefined ? {} : { ca: sslCa };
  return { ssl: { rejectUnauthorized: sslMode !== "REQUIRED", verifyIdentity: sslMode === "VERIFY_IDENTITY", ...ca } };
}

const sessionStatements = (isolation: string, { wsrepSyncWait }: MysqlUrl) => [
  `SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`,
  "SET SESSION autocommit = 1, time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
  ...(wsrepSyncWait === undefined ? [] : [`SET SESSION wsrep_sync_wait = ${wsrepSyncWait}`]),
];
