import type { Database } from "./database.js";

/** How often this process has committed a change of some rows. What was read at the same count, it has not changed since. */
export class CacheVersion {
  private version = 0;

  constructor(private readonly database: Database) {}

  get value(): number {
    return this.version;
  }

  /** Counts once the running transaction is committed. */
  incrementOnCommit(): void {
    this.database.afterCommit(() => this.version++);
  }
}
