import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { EntityManager, QueryRunner } from "typeorm";
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

const MAX_ATTEMPTS = 40;
/** Time from the first attempt to the start of the last retry. */
const RETRY_TIMEOUT_MS = 10_000;

/**
 * Access to the database. Reads use `readManager`, writes the manager of a `Transaction`. Inside `transaction` both use the same
 * connection, propagated by AsyncLocalStorage, so that no statement escapes the transaction.
 */
export class Database {
  private readonly unitsOfWork = new AsyncLocalStorage<UnitOfWork>();
  private readonly transactionSemaphore: Semaphore;
  private activeUnits = 0;

  constructor(private readonly connection: DatabaseConnection) {
    this.transactionSemaphore = new Semaphore(connection.maxConcurrentTransactions);
  }

  /** Describes the database for logs and output; contains no credentials. */
  get label(): string {
    return this.connection.label;
  }

  /** Entity manager for reads: of the running transaction, else of the read connection. */
  get readManager(): EntityManager {
    return this.unitsOfWork.getStore()?.manager ?? this.connection.reader.manager;
  }

  /** True inside `transaction`. */
  get isInTransaction(): boolean {
    return this.unitsOfWork.getStore() !== undefined;
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
    const outer = this.unitsOfWork.getStore();
    if (outer) return await work(outer);
    return await this.withRetry(async () => {
      const afterCommitCallbacks: (() => void)[] = [];
      const result = await this.transactionSemaphore.run(() =>
        this.connection.writer.transaction((manager) => {
          const unit = { manager, afterCommitCallbacks };
          return this.trackUnit(() => this.unitsOfWork.run(unit, work, unit));
        }),
      );
      for (const callback of afterCommitCallbacks) callback();
      return result;
    });
  }

  /** Runs one statement in autocommit mode, without BEGIN and COMMIT; joins a running transaction. */
  async autocommit<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const unit = this.unitsOfWork.getStore();
    if (unit) return await statement(unit.manager);
    return await this.withRetry(() => this.transactionSemaphore.run(() => statement(this.connection.writer.manager)));
  }

  /**
   * Runs one statement in autocommit mode; returns the number of rows that matched its condition. `parameters` is called for every attempt.
   * Null when `attempts` is "one" and the statement met a lock. @throws Error inside a transaction
   */
  async executeAutocommit(sql: string, parameters: () => readonly unknown[], attempts: "one" | "many" = "many"): Promise<number | null> {
    if (this.isInTransaction) throw new Error("Autocommit statement inside a transaction");
    const attempt = () =>
      this.transactionSemaphore.run(() => this.connection.executePrepared(this.connection.writer.manager, sql, parameters()));
    if (attempts === "many") return await this.withRetry(attempt);
    return await attempt().catch((error: unknown) => {
      if (isRetryable(error)) return null;
      throw error;
    });
  }

  /** AsyncLocalStorage slows every promise of the process (Node 20, 22), so it is enabled only while a transaction runs. */
  private async trackUnit<T>(work: () => Promise<T>): Promise<T> {
    this.activeUnits++;
    try {
      return await work();
    } finally {
      if (--this.activeUnits === 0) this.unitsOfWork.disable();
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
    const unit = this.unitsOfWork.getStore();
    if (unit) unit.afterCommitCallbacks.push(() => this.unitsOfWork.exit(callback));
    else callback();
  }

  /** Starts `work` outside the running transaction, independent of its outcome. */
  detached(work: () => Promise<void>): void {
    this.unitsOfWork.exit(() => void work());
  }

  /** Resolves when the database responds. */
  async ping(): Promise<void> {
    await this.connection.reader.query("SELECT 1");
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

  async close(): Promise<void> {
    if (this.connection.reader !== this.connection.writer && this.connection.reader.isInitialized) await this.connection.reader.destroy();
    if (this.connection.writer.isInitialized) await this.transactionSemaphore.run(() => this.connection.writer.destroy());
  }
}

/** Limits concurrency to `width`; further work waits in order of arrival. */
class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private acquired = 0;

  constructor(private readonly permits: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.acquired >= this.permits) await new Promise<void>((acquire) => this.waiting.push(acquire));
    else this.acquired++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.acquired--;
    }
  }
}
