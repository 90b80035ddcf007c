import type { Database } from "./database.js";

/** How often this process has committed a change of some rows. What was read at the same count, it has not changed since. */
export class ChangeCount {
  private changes = 0;

  constructor(private readonly database: Database) {}

  get value(): number {
    return this.changes;
  }

  /** Counts once the running transaction is committed. */
  note(): void {
    this.database.afterCommit(() => this.changes++);
  }
}
