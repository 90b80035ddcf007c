import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import type { EntityManager } from "typeorm";
import { isRetryable, type OpenDatabase } from "./dialect.js";
import { countMissing } from "./migrate.js";

/** Thrown inside a transaction whose premise another one has just changed: the whole transaction runs again. */
export class StalePremise extends Error {
  override name = "StalePremise";
}

interface UnitOfWork {
  readonly manager: EntityManager;
  readonly effects: (() => void)[];
}

const ATTEMPTS = 40;
/** From the first attempt to the beginning of the last. */
const RETRY_BUDGET_MS = 10_000;

/**
 * The door to the data. Repositories read through `reading` and write through `writing`; inside `transaction` both are the same unit
 * of work, handed on by the asynchronous context, so that nothing can slip out of it.
 */
export class Database {
  private readonly units = new AsyncLocalStorage<UnitOfWork>();
  private readonly gate: Gate;
  private runningUnits = 0;

  constructor(private readonly open: OpenDatabase) {
    this.gate = new Gate(open.maximumTransactions);
  }

  /** For people: which database this is. Holds no credential. */
  get label(): string {
    return this.open.label;
  }

  /** Where reads go: the running unit of work, else the read connection. */
  get reading(): EntityManager {
    return this.units.getStore()?.manager ?? this.open.reader.manager;
  }

  /** True inside of `transaction`. */
  get isInTransaction(): boolean {
    return this.units.getStore() !== undefined;
  }

  /** Runs a SELECT that nearly every request asks, as `reading` would. */
  async readAgain(sql: string, parameters: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return await this.open.readAgain(this.reading, sql, parameters);
  }

  /** Runs a statement that nearly every mutation asks, where `manager` writes; returns how many rows met its condition. */
  async changeAgain(manager: EntityManager, sql: string, parameters: readonly unknown[]): Promise<number> {
    return await this.open.changeAgain(manager, sql, parameters);
  }

  /** Where writes go. @throws Error outside of a transaction */
  get writing(): EntityManager {
    const unit = this.units.getStore();
    if (!unit) throw new Error("A write outside of a transaction");
    return unit.manager;
  }

  /**
   * Runs `work` in one transaction; inside another one it joins it. On deadlocks, a busy file or a StalePremise the whole of `work`
   * runs again, a bounded number of times: it must have no effect outside of the database except through `afterCommit`.
   */
  async transaction<T>(work: () => Promise<T>): Promise<T> {
    if (this.units.getStore()) return await work();
    return await this.retry(async () => {
      const effects: (() => void)[] = [];
      const result = await this.gate.run(() =>
        this.open.writer.transaction((manager) => this.inUnit(() => this.units.run({ manager, effects }, work))),
      );
      for (const effect of effects) effect();
      return result;
    });
  }

  /** Runs one statement, which is a transaction by itself, without BEGIN and COMMIT; inside of a transaction it joins it. */
  async alone<T>(statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    const unit = this.units.getStore();
    if (unit) return await statement(unit.manager);
    return await this.retry(() => this.gate.run(() => statement(this.open.writer.manager)));
  }

  /**
   * Runs one statement as a transaction of its own; returns how many rows met its condition. `parameters` are made when it is sent, anew at
   * every attempt; null when one attempt was to be all and it met a lock. @throws Error inside of a transaction
   */
  async changeAtOnce(sql: string, parameters: () => readonly unknown[], attempts: "one" | "many" = "many"): Promise<number | null> {
    if (this.isInTransaction) throw new Error("A transaction of its own inside of another one");
    const attempt = () => this.gate.run(() => this.open.changeAgain(this.open.writer.manager, sql, parameters()));
    if (attempts === "many") return await this.retry(attempt);
    return await attempt().catch((error: unknown) => {
      if (isRetryable(error)) return null;
      throw error;
    });
  }

  /** Handing on the asynchronous context slows every promise of the process down (Node 20, 22): it is, while there is a transaction. */
  private async inUnit<T>(work: () => Promise<T>): Promise<T> {
    this.runningUnits++;
    try {
      return await work();
    } finally {
      if (--this.runningUnits === 0) this.units.disable();
    }
  }

  private async retry<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        return await work();
      } catch (error) {
        const again = error instanceof StalePremise || isRetryable(error);
        if (!again || attempt >= ATTEMPTS || performance.now() - began > RETRY_BUDGET_MS) throw error;
      }
      await delay(Math.min(2 ** attempt, 250) * (0.5 + (attempt % 7) / 14));
    }
  }

  /** Runs `effect` once the running transaction is committed, never if it is rolled back. Outside of one: at once. */
  afterCommit(effect: () => void): void {
    const unit = this.units.getStore();
    if (unit) unit.effects.push(() => this.units.exit(effect));
    else effect();
  }

  /** Begins `work` outside of the running transaction: it stays whatever becomes of that one. */
  apart(work: () => Promise<void>): void {
    this.units.exit(() => void work());
  }

  /** Answers when the database does. */
  async ping(): Promise<void> {
    await this.open.reader.query("SELECT 1");
  }

  /** Migrations of this release that have not run. */
  async countMissingMigrations(): Promise<number> {
    return await countMissing(this.open.writer);
  }

  /** Writes a consistent copy of the embedded database into a new file. @throws Error with a sentence for other databases */
  async backup(file: string): Promise<void> {
    await this.gate.run(() => this.open.backup(file));
  }

  async close(): Promise<void> {
    if (this.open.reader !== this.open.writer && this.open.reader.isInitialized) await this.open.reader.destroy();
    if (this.open.writer.isInitialized) await this.gate.run(() => this.open.writer.destroy());
  }
}

/** Lets at most `width` pieces of work run at once, the others in order of arrival. */
class Gate {
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(private readonly width: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.width) await new Promise<void>((enter) => this.waiting.push(enter));
    else this.running++;
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
