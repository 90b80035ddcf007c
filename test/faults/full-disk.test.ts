import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/platform/clock.js";
import { type Database, isDatabaseUnavailable, openDatabase } from "../../src/platform/database/index.js";
import { createTemporaryFolder } from "../support/process.js";

/** Writes rows until none fits, each in a transaction; returns the names that were acknowledged. */
async function fill(database: Database, prefix: string, limit: number): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; number < limit; number++) {
    const name = `${prefix}${number}`;
    const write = database.transaction(async ({ manager }) => {
      await manager.query("INSERT INTO notes (name, text) VALUES (?, ?)", [name, ""]);
      await manager.query("UPDATE notes SET text = ? WHERE name = ?", ["x".repeat(9000), name]);
    });
    const error = await write.then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error === null) acknowledged.push(name);
    else expect(isDatabaseUnavailable(error)).toBe(true);
  }
  return acknowledged;
}

const pragma = (database: Database, text: string) => database.autocommit((manager) => manager.query(`PRAGMA ${text}`));

describe("full disk", () => {
  it("F-02 transactions - disk full again and again, then space - every acknowledged row is there, no other is", async () => {
    const url = `sqlite:${createTemporaryFolder()}/full.sqlite`;
    const open = () => openDatabase({ url, entities: [], migrations: [], runMigrations: false }, systemClock);
    const database = await open();
    await database.autocommit((manager) => manager.query("CREATE TABLE notes (name TEXT PRIMARY KEY, text TEXT NOT NULL)"));
    const acknowledged: string[] = [];
    for (const round of ["a", "b", "c"]) {
      const [{ page_count: pages } = { page_count: 0 }] = (await pragma(database, "page_count")) as { page_count: number }[];
      await pragma(database, `max_page_count = ${pages + 10}`);
      const written = await fill(database, round, 8);
      expect(written.length).toBeLessThan(8);
      acknowledged.push(...written);
      await expect(database.transaction(() => Promise.reject(new Error("on purpose")))).rejects.toThrow("on purpose");
    }
    await pragma(database, "max_page_count = 100000");
    acknowledged.push(...(await fill(database, "d", 5)));
    const other = await open();
    const rows = (await other.readManager.query("SELECT name FROM notes ORDER BY name")) as { name: string }[];
    expect(rows.map(({ name }) => name)).toEqual(acknowledged.sort());
    expect(acknowledged.filter((name) => name.startsWith("d"))).toHaveLength(5);
    await Promise.all([database.close(), other.close()]);
  });
});
