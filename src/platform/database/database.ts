import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { EntityManager } from "typeorm";
import { type DatabaseConnection, isRetryable, isUniqueViolation } from "./dialect.js";
import { countPendingMigrations } from "./migrate.js";

/** Thrown inside a transaction whose premise another one has just changed: the whole transaction runs again. */
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
 * A running transaction. Whatever must run in one takes it as a parameter, so that forgetting it does not compile. Reads inside of it find
 * it by themselves.
 */
export interface Transaction {
  readonly manager: EntityManager;
}
interface UnitOfWork extends Transaction {
  readonly afterCommitCallbacks: (() => void)[];
}

const MAX_ATTEMPTS = 40;
/** From the first attempt to the beginning of the last. */
const RETRY_TIMEOUT_MS = 10_000;

/**
 * The door to the data. Repositories read through `reading` and write through `writing`; inside `transaction` both are the same unit
 * of work, handed on by the asynchronous context, so that nothing can slip out of it.
 */
export class Database {
  private readonly unitsOfWork = new AsyncLocalStorage<UnitOfWork>();
  private readonly transactionSemaphore: Semaphore;
  private activeUnits = 0;

  constructor(private readonly connection: DatabaseConnection) {
    this.transactionSemaphore = new Semaphore(connection.maxConcurrentTransactions);
  }

  /** For people: which database this is. Holds no credential. */
  get label(): string {
    return this.connection.label;
  }

  /** Where reads go: the running unit of work, else the read connection. */
  get readManager(): EntityManager {
    return this.unitsOfWork.getStore()?.manager ?? this.connection.reader.manager;
  }

  /** True inside of `transaction`. */
  get isInTransaction(): boolean {
    return this.unitsOfWork.getStore() !== undefined;
  }

  /** Runs a SELECT that nearly every request asks, as `reading` would. */
  async queryPrepared(sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return await this.connection.queryPrepared(this.readManager, sql, parameters);
  }

  /** Runs a statement that nearly every mutation asks, where `manager` writes; returns how many rows met its condition. */
  async executePrepared(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number> {
    return await this.connection.executePrepared(manager, sql, parameters);
  }

  /**
   * Runs `work` in one transaction; inside another one it joins it. On deadlocks, a busy file or a StalePremise the whole of `work`
   * runs again, a bounded number of times: it must have no effect outside of the database except through `afterCommit`.
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

  /** Runs one statement, which is a transaction by itself, without BEGIN and COMMIT; inside of a transaction it joins it. */
  async autocommit<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const unit = this.unitsOfWork.getStore();
    if (unit) return await statement(unit.manager);
    return await this.withRetry(() => this.transactionSemaphore.run(() => statement(this.connection.writer.manager)));
  }

  /**
   * Runs one statement as a transaction of its own; returns how many rows met its condition. `parameters` are made when it is sent, anew at
   * every attempt; null when one attempt was to be all and it met a lock. @throws Error inside of a transaction
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

  /** Handing on the asynchronous context slows every promise of the process down (Node 20, 22): it is, while there is a transaction. */
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

  /** Runs `effect` once the running transaction is committed, never if it is rolled back. Outside of one: at once. */
  afterCommit(callback: () => void): void {
    const unit = this.unitsOfWork.getStore();
    if (unit) unit.afterCommitCallbacks.push(() => this.unitsOfWork.exit(callback));
    else callback();
  }

  /** Begins `work` outside of the running transaction: it stays whatever becomes of that one. */
  detached(work: () => Promise<void>): void {
    this.unitsOfWork.exit(() => void work());
  }

  /** Answers when the database does. */
  async ping(): Promise<void> {
    await this.connection.reader.query("SELECT 1");
  }

  /** Migrations of this release that have not run. */
  async countPendingMigrations(): Promise<number> {
    return await countPendingMigrations(this.connection.writer);
  }

  /** Writes a consistent copy of the embedded database into a new file. @throws Error with a sentence for other databases */
  async backup(file: string): Promise<void> {
    await this.transactionSemaphore.run(() => this.connection.backup(file));
  }

  async close(): Promise<void> {
    if (this.connection.reader !== this.connection.writer && this.connection.reader.isInitialized) await this.connection.reader.destroy();
    if (this.connection.writer.isInitialized) await this.transactionSemaphore.run(() => this.connection.writer.destroy());
  }
}

/** Lets at most `width` pieces of work run at once, the others in order of arrival. */
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
