import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { EntityManager, QueryRunner } from "typeorm";
import { atMostEvery, Semaphore } from "./concurrency.js";
import { type DatabaseConnection, isRetryable, isUniqueViolation } from "./dialect.js";
import { countPendingMigrations } from "./migrate.js";

/** Thrown in a transaction when a concurrent transaction changed a row it depends on; the transaction is retried. */
export class ConcurrencyConflict extends Error {
  override name = "ConcurrencyConflict";
}

/** @throws ConcurrencyConflict when another transaction has inserted a row with the same unique values first */
export async function throwConflictIfDuplicate(insertion: Promise<unknown>): Promise<void> {
  await insertion.catch((error: unknown) => {
    throw isUniqueViolation(error) ? new ConcurrencyConflict() : error;
  });
}

/**
 * A running transaction. Functions that require one take it as a parameter, so that omitting it does not compile. Reads join it implicitly.
 */
export interface Transaction {
  readonly manager: EntityManager;
}
interface UnitOfWork extends Transaction {
  readonly afterCommitCallbacks: (() => void)[];
}
/** What asynchronous calls inherit: the deadline of the request, and the running transaction. */
interface Scope {
  /** On the process's monotonic clock, in milliseconds. */
  readonly deadline: number;
  readonly unit?: UnitOfWork;
}

/** Thrown before BEGIN, before COMMIT or instead of a write when the time of the request is over: nothing was changed. */
class DeadlineExceededError extends Error {
  readonly code = "DEADLINE_EXCEEDED";
}

const MAX_ATTEMPTS = 40;
/** Time from the first attempt to the start of the last retry. */
const RETRY_TIMEOUT_MS = 10_000;
const READINESS_WRITE_INTERVAL_MS = 1000;

/**
 * Access to the database. Reads use `readManager`, writes the manager of a `Transaction`. Inside `transaction` both use the same
 * connection, propagated by AsyncLocalStorage, so that no statement escapes the transaction.
 */
export class Database {
  private readonly scopes = new AsyncLocalStorage<Scope>();
  private readonly transactionSemaphore: Semaphore;
  private activeScopes = 0;
  private readonly checkWriting = atMostEvery(READINESS_WRITE_INTERVAL_MS, () => this.writeReadiness());

  constructor(private readonly connection: DatabaseConnection) {
    this.transactionSemaphore = new Semaphore(connection.maxConcurrentTransactions);
  }

  /** Describes the database for logs and output; contains no credentials. */
  get label(): string {
    return this.connection.label;
  }

  /** Entity manager for reads: of the running transaction, else of the read connection. */
  get readManager(): EntityManager {
    return this.unit?.manager ?? this.connection.reader.manager;
  }

  /** True inside `transaction`. */
  get isInTransaction(): boolean {
    return this.unit !== undefined;
  }

  private get unit(): UnitOfWork | undefined {
    return this.scopes.getStore()?.unit;
  }

  /** Runs a frequent SELECT as a prepared statement on `readManager`. */
  async queryPrepared(sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return await this.connection.queryPrepared(this.readManager, sql, parameters);
  }

  /** Runs a frequent write as a prepared statement on `manager`; returns the number of rows that matched its condition. */
  async executePrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number> {
    return await this.connection.executePrepared(manager, sql, parameters);
  }

  /**
   * Runs `work` in one transaction, or joins the running one. On deadlocks, a busy file or a ConcurrencyConflict all of `work` is retried,
   * a bounded number of times: outside effects are allowed only through `afterCommit`.
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const { unit: outer } = this;
    if (outer) return await work(outer);
    return await this.withRetry(async () => {
      const afterCommitCallbacks: (() => void)[] = [];
      const result = await this.write(() => {
        const startedAt = performance.now();
        return this.connection.transaction(async (manager) => {
          // BEGIN took one round trip, as COMMIT will.
          const roundTripMs = performance.now() - startedAt;
          const unit = { manager, afterCommitCallbacks };
          const done = await this.runScope({ deadline: this.deadline, unit }, () => work(unit));
          this.assertTimeLeft(roundTripMs);
          return done;
        });
      });
      for (const callback of afterCommitCallbacks) callback();
      return result;
    });
  }

  /** Runs one statement in autocommit mode, without BEGIN and COMMIT; joins a running transaction. */
  async autocommit<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { unit } = this;
    if (unit) return await statement(unit.manager);
    return await this.withRetry(() => this.write(() => statement(this.connection.writer.manager)));
  }

  /**
   * Runs one statement in autocommit mode; returns the number of rows that matched its condition. `parameters` is called for every attempt.
   * Null when `attempts` is "one" and the statement met a lock. @throws Error inside a transaction
   */
  async executeAutocommit(sql: string, parameters: () => readonly unknown[], attempts: "one" | "many" = "many"): Promise<number | null> {
    if (this.isInTransaction) throw new Error("Autocommit statement inside a transaction");
    const attempt = () => this.write(() => this.connection.executePrepared(this.connection.writer.manager, sql, parameters()));
    if (attempts === "many") return await this.withRetry(attempt);
    return await attempt().catch((error: unknown) => {
      if (isRetryable(error)) return null;
      throw error;
    });
  }

  /**
   * Runs `work`, whose transactions and autocommit writes do not begin, and are not committed, after the deadline (`performance.now()`).
   * They fail with an error that means that the database is unavailable; a transaction is rolled back.
   */
  async withDeadline<T>(deadline: number, work: () => Promise<T>): Promise<T> {
    return await this.runScope({ deadline }, work);
  }

  private get deadline(): number {
    return this.scopes.getStore()?.deadline ?? Number.POSITIVE_INFINITY;
  }

  /** @throws DeadlineExceededError when less than `neededMs` are left */
  private assertTimeLeft(neededMs = 0): void {
    if (performance.now() + neededMs > this.deadline) throw new DeadlineExceededError("The time of the request is over");
  }

  /** Waits until a connection for writing is available. */
  private async write<T>(work: () => Promise<T>): Promise<T> {
    return await this.transactionSemaphore.run(async () => {
      this.assertTimeLeft();
      return await work();
    });
  }

  /** AsyncLocalStorage slows every promise of the process (Node 20, 22), so it is enabled only while a scope is running. */
  private async runScope<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
    this.activeScopes++;
    try {
      return await this.scopes.run(scope, work);
    } finally {
      if (--this.activeScopes === 0) this.scopes.disable();
    }
  }

  private async withRetry<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const shouldRetry = error instanceof ConcurrencyConflict || isRetryable(error);
        if (!shouldRetry || attempt >= MAX_ATTEMPTS || performance.now() - startedAt > RETRY_TIMEOUT_MS) throw error;
      }
      await delay(Math.min(2 ** attempt, 250) * (0.5 + (attempt % 7) / 14));
    }
  }

  /** Runs the callback after the running transaction commits, never if it rolls back. Outside a transaction: at once. */
  afterCommit(callback: () => void): void {
    const { unit } = this;
    if (unit) unit.afterCommitCallbacks.push(() => this.scopes.exit(callback));
    else callback();
  }

  /** Starts `work` outside the running transaction, independent of its outcome. */
  detached(work: () => Promise<void>): void {
    this.scopes.exit(() => void work());
  }

  /** Resolves when the database reads and writes. It writes at most once a second, the same row every time. */
  async checkReadiness(): Promise<void> {
    await Promise.all([this.connection.reader.query("SELECT counter FROM readiness_checks"), this.checkWriting()]);
  }

  private async writeReadiness(): Promise<void> {
    const { connection } = this;
    const write = () => connection.executePrepared(connection.writer.manager, connection.readinessWrite, []);
    try {
      await (connection.hasSpareWriter ? write() : this.transactionSemaphore.run(write));
    } catch (error) {
      // A conflict with another write is an answer of a database that writes.
      if (!isRetryable(error)) throw error;
    }
  }

  /** Pending migrations of this release. */
  async countPendingMigrations(): Promise<number> {
    return await countPendingMigrations(this.connection.writer);
  }

  /** Runs `work` on one connection without statement timeouts: for backups and restores. */
  async withoutTimeouts<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const source = await this.connection.openMigrationSource();
    const runner = source.createQueryRunner();
    try {
      return await work(runner);
    } finally {
      await runner.release();
      if (source !== this.connection.writer) await source.destroy();
    }
  }

  /** Closes all connections, also those that do not answer. */
  async close(): Promise<void> {
    const { reader, writer } = this.connection;
    const close = async (source: typeof reader) => {
      // The driver reports a connection that was lost while it was closed.
      if (source.isInitialized) await source.destroy().catch(() => {});
    };
    if (reader !== writer) await close(reader);
    await this.transactionSemaphore.run(() => close(writer));
  }
}
