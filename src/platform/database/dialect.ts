import type { DataSource, EntityManager, EntityTarget, MigrationInterface, ObjectLiteral } from "typeorm";

/** What both dialects are opened with. */
export interface DatabaseOptions {
  readonly url: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Transaction isolation of the MySQL family; the gateway's own is READ COMMITTED. SQLite is always serializable. */
  /** False leaves the schema as it is (to inspect a database); otherwise what names this process in the migration lock. */
  readonly runMigrations: false | { readonly lockOwner: string };
  readonly isolation?: "READ COMMITTED" | "REPEATABLE READ";
}

/** An open database: where transactions run, where reads outside of them run, and how this dialect reports trouble. */
export interface DatabaseConnection {
  readonly label: string;
  readonly writer: DataSource;
  readonly reader: DataSource;
  /**
   * Runs a SELECT that is asked over and over, in the manager's transaction if it has one; prepared where the dialect can. Parameters are
   * strings, numbers, null and dates.
   */
  queryPrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Runs a statement that changes something, as `queryPrepared` does; returns how many rows met its condition. */
  executePrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number>;
  /** Where migrations run; closed by the caller when it is not the writer. */
  openMigrationSource(): Promise<DataSource>;
  /** How many transactions may run at once in this process. */
  readonly maxConcurrentTransactions: number;
  /** Called once migrations are done; a reader that needs the schema is opened here. */
  afterMigrations(): Promise<void>;
  /** Writes a consistent copy while others read and write. @throws Error with a sentence where this dialect has its own tool */
  backup(file: string): Promise<void>;
}

/** True for MySQL and MariaDB, where SQL that the statements of prepared-reads and prepared-writes need has another syntax than in SQLite. */
export const isMysql = ({ options }: DataSource) => options.type === "mysql";

/** A driver's error, unwrapped from TypeORM's. */
export function driverCode(error: unknown): string {
  const { driverError, code } = error as { driverError?: { code?: unknown }; code?: unknown };
  return String(driverError?.code ?? code ?? "");
}

const uniqueViolationCodes = new Set(["ER_DUP_ENTRY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"]);
const retryableCodes = new Set([
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_CHECKREAD",
  "SQLITE_BUSY",
  "SQLITE_BUSY_SNAPSHOT",
  "SQLITE_BUSY_RECOVERY",
  "SQLITE_LOCKED",
]);
const unavailablePattern =
  /^(ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_|SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN))/;
const unavailableCodes = new Set(["ER_CON_COUNT_ERROR", "ER_SERVER_SHUTDOWN", "ER_OPTION_PREVENTS_STATEMENT", "ER_QUERY_TIMEOUT"]);

/** True when a unique index refused a row. */
export const isUniqueViolation = (error: unknown) => uniqueViolationCodes.has(driverCode(error));

/** For `catch` of a promise: null for a unique violation; every other error is thrown again. */
export function nullOnUniqueViolation(error: unknown): null {
  if (isUniqueViolation(error)) return null;
  throw error;
}
/** True when a column that takes no null was to get one. */
export const isNotNullViolation = (error: unknown) => ["ER_BAD_NULL_ERROR", "SQLITE_CONSTRAINT_NOTNULL"].includes(driverCode(error));
/** True when the whole transaction may simply run again (deadlock, lock wait, busy). */
export const isRetryable = (error: unknown) => retryableCodes.has(driverCode(error));
/** True when the database cannot be reached or cannot write; a client should try again later. */
export const isDatabaseUnavailable = (error: unknown) => {
  const code = driverCode(error);
  if (unavailablePattern.test(code) || unavailableCodes.has(code) || retryableCodes.has(code)) return true;
  const message = error instanceof Error ? error.message : "";
  return /Pool is closed|Queue limit reached|No connections available|database connection is not open|Can't add new command/.test(message);
};
