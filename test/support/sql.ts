import { systemClock } from "../../src/platform/clock.js";
import { openDatabase } from "../../src/platform/database/index.js";

/** Runs SQL on a database that no gateway has opened; SELECT returns rows. */
export async function runSql<Row = Record<string, unknown>>(url: string, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
  const database = await openDatabase({ url, entities: [], migrations: [], runMigrations: false }, systemClock);
  try {
    return await database.withoutTimeouts((runner) => runner.query(sql, [...parameters]));
  } finally {
    await database.close();
  }
}
