import type { Database, Transaction } from "../../platform/database/index.js";

/** Thrown inside a transaction to roll it back after a conflict with a concurrent request. */
export class ConflictError extends Error {
  override name = "ConflictError";
}

/** @throws ConflictError when the condition is false */
export function assertUnchanged(condition: boolean): asserts condition {
  if (!condition) throw new ConflictError();
}

/** Runs `work` in a transaction; null when it was rolled back because of a ConflictError. */
export async function runOrConflict<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T | null> {
  try {
    return await database.transaction(work);
  } catch (error) {
    if (error instanceof ConflictError) return null;
    throw error;
  }
}
