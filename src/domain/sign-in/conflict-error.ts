import type { Database, Transaction } from "../../platform/database/index.js";

/** Thrown inside a transaction when somebody else was first: nothing of it stays. */
export class ConflictError extends Error {
  override name = "ConflictError";
}

/** @throws Overtaken unless it holds */
export function assertUnchanged(condition: boolean): asserts condition {
  if (!condition) throw new ConflictError();
}

/** Runs `work` in a transaction; null when it was overtaken, and then nothing of it stays. */
export async function runOrConflict<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T | null> {
  try {
    return await database.transaction(work);
  } catch (error) {
    if (error instanceof ConflictError) return null;
    throw error;
  }
}
