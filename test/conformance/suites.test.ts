import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { everyDatabase, filesOf, nodeSmoke, sqliteOnly } from "../suites.js";

/** Separate commands run these tests. */
const SEPARATE = /^test\/(interop|browser)\//;
const present = ["src", "test"]
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`))
  .filter((file) => file.endsWith(".test.ts") && !SEPARATE.test(file));

describe("test suites", () => {
  it("lists - every test file - is in exactly one of them", () => {
    expect([...filesOf(everyDatabase), ...filesOf(sqliteOnly)].sort()).toEqual([...present].sort());
  });

  it("list of SQLite alone - no file in it - behaves differently on another database", () => {
    const own = filesOf(sqliteOnly).filter((file) => !file.endsWith("/suites.test.ts"));
    expect(own.filter((file) => /\bisMysql\b|TEST_DATABASE_URL/.test(readFileSync(file, "utf8")))).toEqual([]);
  });

  it("groups - all of them - say why in a sentence", () => {
    for (const { why } of [...everyDatabase, ...sqliteOnly]) expect(why).toMatch(/^[A-Z].{20,}\.$/);
  });

  it("list for another Node - its files - are there, once", () => {
    expect(nodeSmoke.filter((file) => !present.includes(file))).toEqual([]);
    expect(new Set(nodeSmoke).size).toBe(nodeSmoke.length);
  });
});
