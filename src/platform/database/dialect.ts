import type { Logger } from "pino";
import type { DataSource, EntityManager, EntityTarget, MigrationInterface, ObjectLiteral } from "typeorm";
import type { RestoreState } from "./restore-state.js";

/** Options of both dialects. */
export interface DatabaseOptions {
  readonly url: string;
  readonly entities: readonly EntityTarget<ObjectLiteral>[];
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** False skips migrations (to inspect a database); otherwise `lockOwner` names this process in the migration lock. */
  readonly runMigrations: false | { readonly lockOwner: string };
  /** A database whose restore did not finish is opened for migrations in this state only; default: never. */
  readonly acceptedRestore?: RestoreState["state"];
  /** Transaction isolation of MySQL and MariaDB; default READ COMMITTED. SQLite is always serializable. */
  readonly isolation?: "READ COMMITTED" | "REPEATABLE READ";
  readonly log?: Logger;
}

/** An open database: its connections, and the dialect-specific operations. */
export interface DatabaseConnection {
  readonly label: string;
  readonly writer: DataSource;
  readonly reader: DataSource;
  /**
   * Runs a frequent SELECT, in the manager's transaction if there is one; prepared where the dialect supports it. Parameters are strings,
   * numbers, null and dates.
   */
  queryPrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]>;
  /** Runs a frequent write, as `queryPrepared` does; returns the number of rows that matched its condition. */
  executePrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number>;
  /** Runs `work` in one transaction, without retries. */
  transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T>;
  /** A write that changes the one row of `readiness_checks`. */
  readonly readinessWrite: string;
  /** Whether a statement can always be executed beside the maximum number of transactions. */
  readonly hasSpareWriter: boolean;
  /** Connection without command timeouts, for migrations, backups and restores; the caller closes it unless it is the writer. */
  openMigrationSource(): Promise<DataSource>;
  /** Maximum number of concurrent transactions in this process. */
  readonly maxConcurrentTransactions: number;
  /** Called after migrations; a reader that needs the schema is opened here. */
  afterMigrations(): Promise<void>;
}

/** True for MySQL and MariaDB, where prepared-reads and prepared-writes need another SQL syntax than in SQLite. */
export const isMysql = ({ options }: DataSource) => options.type === "mysql";

/** The driver's error code, unwrapped from TypeORM's error. */
export function driverCode(error: unknown): string {
  const { driverError, code } = error as { driverError?: { code?: unknown }; code?: unknown };
  return String(driverError?.code ?? code ?? "");
}

const uniqueViolationCodes = new Set(["ER_DUP_ENTRY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"]);
const retryableCodes = new Set([
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_CHECKREAD",
  // 1180, 3101: a cluster rejected the transaction when it was committed, and rolled it back.
  ...["ER_ERROR_DURING_COMMIT", "ER_TRANSACTION_ROLLBACK_DURING_COMMIT"],
  "SQLITE_BUSY",
  "SQLITE_BUSY_SNAPSHOT",
  "SQLITE_BUSY_RECOVERY",
  "SQLITE_LOCKED",
]);
const unavailablePattern =
  /^(ECONN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN|PROTOCOL_|POOL_|SQLITE_(BUSY|FULL|IOERR|READONLY|CANTOPEN))/;
const unavailableCodes = new Set([
  ...["ER_CON_COUNT_ERROR", "ER_SERVER_SHUTDOWN", "ER_QUERY_TIMEOUT", "DEADLINE_EXCEEDED"],
  // The server does not write: read_only, or a read-only transaction of a server that is changing its role.
  ...["ER_OPTION_PREVENTS_STATEMENT", "ER_READ_ONLY_MODE", "ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION"],
  // 1047: a Galera node without quorum.
  "ER_UNKNOWN_COM_ERROR",
]);

/** True when a unique index rejected a row. */
export const isUniqueViolation = (error: unknown) => uniqueViolationCodes.has(driverCode(error));

/** For `catch` of a promise: null for a unique violation; any other error is rethrown. */
export function nullOnUniqueViolation(error: unknown): null {
  if (isUniqueViolation(error)) return null;
  throw error;
}
/** True when a NOT NULL column was assigned null. */
export const isNotNullViolation = (error: unknown) => ["ER_BAD_NULL_ERROR", "SQLITE_CONSTRAINT_NOTNULL"].includes(driverCode(error));
/** True when the transaction may be retried (deadlock, lock wait timeout, busy file). */
export const isRetryable = (error: unknown) => retryableCodes.has(driverCode(error));
/** True when the database is unreachable or cannot write; the client should retry later. */
export const isDatabaseUnavailable = (error: unknown) => {
  const code = driverCode(error);
  if (unavailablePattern.test(code) || unavailableCodes.has(code) || retryableCodes.has(code)) return true;
  const message = error instanceof Error ? error.message : "";
  return /Pool is closed|Queue limit reached|No connections available|database connection is not open|Can't add new command/.test(message);
};
