import type { Database } from "../../platform/database/index.js";

/** Thrown inside a transaction when somebody else was first: nothing of it stays. */
export class Overtaken extends Error {
  override name = "Overtaken";
}

/** @throws Overtaken unless it holds */
export function mustHold(condition: boolean): asserts condition {
  if (!condition) throw new Overtaken();
}

/** Runs `work` in a transaction; null when it was overtaken, and then nothing of it stays. */
export async function unlessOvertaken<T>(database: Database, work: () => Promise<T>): Promise<T | null> {
  try {
    return await database.transaction(work);
  } catch (error) {
    if (error instanceof Overtaken) return null;
    throw error;
  }
}
