import { DataSource, type EntityManager, type Logger } from "typeorm";
import type { DatabaseConnection, DatabaseOptions } from "./dialect.js";

interface PoolConnection {
  query(sql: string): void;
}
interface Executor {
  execute(statement: { sql: string; values: unknown[]; timeout: number }, callback: (error: Error | null, result: unknown) => void): void;
}
interface Pool extends Executor {
  on(event: "connection", listener: (connection: PoolConnection) => void): void;
}

/** Per pool. */
const MAX_POOL_CONNECTIONS = 10;
const STATEMENT_TIMEOUT_MS = 5000;
/**
 * For one lock. It is shorter than the statement timeout, so that the server never completes a statement after the client's timeout. A
 * statement may wait for each of its rows in turn.
 */
const LOCK_WAIT_TIMEOUT_SECONDS = 1;
const METADATA_LOCK_TIMEOUT_SECONDS = 4;
/** TypeORM logs slow statements with their parameters, which contain hashes, even when `logging` is off. */
const silentLogger: Logger = {
  ...{ logQuery: () => {}, logQueryError: () => {}, logQuerySlow: () => {} },
  ...{ logSchemaBuild: () => {}, logMigration: () => {}, log: () => {} },
};
const poolOf = (source: DataSource) => (source.driver as unknown as { pool: Pool }).pool;
/** Prepared once per connection, bypassing TypeORM. */
async function executeStatement({ queryRunner, dataSource }: EntityManager, sql: string, parameters: readonly unknown[]): Promise<unknown> {
  const executor: Executor = queryRunner ? await queryRunner.connect() : poolOf(dataSource);
  return await new Promise((resolve, reject) => {
    const callback = (error: Error | null, result: unknown) => (error ? reject(error) : resolve(result));
    executor.execute({ sql, values: [...parameters], timeout: STATEMENT_TIMEOUT_MS }, callback);
  });
}

/**
 * Opens MySQL 8.4 / 9 or MariaDB 10.11+. Reads outside transactions have their own pool, so that they do not wait for a connection while
 * many log-ins wait for the server's disk.
 */
export async function openMysql(options: DatabaseOptions): Promise<DatabaseConnection> {
  const isolation = options.isolation ?? "READ COMMITTED";
  const baseStatements = sessionStatements(isolation);
  const writerStatements = [
    ...baseStatements,
    `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_SECONDS}, lock_wait_timeout = ${LOCK_WAIT_TIMEOUT_SECONDS}`,
  ];
  // Reads wait only for metadata locks, while a table is altered.
  const readerStatements = [...baseStatements, `SET SESSION lock_wait_timeout = ${METADATA_LOCK_TIMEOUT_SECONDS}`];
  const writer = await openPool(options, writerStatements, STATEMENT_TIMEOUT_MS);
  const [row] = (await writer.query("SELECT VERSION() AS version")) as [{ version: string }];
  const product = row.version.includes("MariaDB") ? "MariaDB" : "MySQL";
  const reader = await openPool({ ...options, migrations: [] }, readerStatements, STATEMENT_TIMEOUT_MS);
  return {
    label: `${product} ${row.version.split("-")[0]} at ${new URL(options.url).host}`,
    writer,
    reader,
    queryPrepared: async (...statement) => (await executeStatement(...statement)) as Record<string, unknown>[],
    executePrepared: async (...statement) => ((await executeStatement(...statement)) as { affectedRows: number }).affectedRows,
    // No statement timeout, because altering a large table can take long.
    openMigrationSource: () => openPool(options, baseStatements),
    maxConcurrentTransactions: MAX_POOL_CONNECTIONS,
    afterMigrations: async () => {},
  };
}

async function openPool(
  { url: databaseUrl, entities, migrations }: DatabaseOptions,
  sessionSetup: readonly string[],
  statementTimeoutMs?: number,
): Promise<DataSource> {
  const url = new URL(databaseUrl);
  const source = new DataSource({
    type: "mysql",
    driver: await import("mysql2").then((module) => module.default),
    host: url.hostname,
    port: Number(url.port || 3306),
    username: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    charset: "utf8mb4",
    timezone: "Z",
    connectTimeout: 5000,
    ...(statementTimeoutMs === undefined ? {} : { enableQueryTimeout: true, maxQueryExecutionTime: statementTimeoutMs }),
    logger: silentLogger,
    ...(url.searchParams.get("ssl") === "true" ? { ssl: { rejectUnauthorized: true } } : {}),
    extra: { connectionLimit: MAX_POOL_CONNECTIONS, maxIdle: MAX_POOL_CONNECTIONS, queueLimit: 1000, enableKeepAlive: true, trace: false },
    entities: [...entities] as never[],
    migrations: [...migrations],
    migrationsTransactionMode: "none",
    invalidWhereValuesBehavior: { null: "throw", undefined: "throw" },
    logging: false,
    synchronize: false,
  });
  // The first connections are made by initialize(), before a listener could be attached, so the session is set on acquisition too.
  await source.initialize();
  poolOf(source).on("connection", (connection) => {
    for (const statement of sessionSetup) connection.query(statement);
  });
  await configureIdleConnection(source, sessionSetup);
  return source;
}

const sessionStatements = (isolation: string) => [
  `SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`,
  "SET SESSION autocommit = 1, time_zone = '+00:00', sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
];

/** The connection that initialize() opened is already in the pool: give it the same session variables as later ones. */
async function configureIdleConnection(source: DataSource, sessionSetup: readonly string[]): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    for (const statement of sessionSetup) await runner.query(statement);
  } finally {
    await runner.release();
  }
}
