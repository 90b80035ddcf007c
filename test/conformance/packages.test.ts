import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { usesMysql } from "../../scripts/packages.mjs";

const MYSQL = "mysql://latchkey@db.internal/latchkey";

describe("SQLite driver", () => {
  it.each([
    ["neither the environment nor .env names a database", {}, "", false],
    ["the environment names MySQL", { DATABASE_URL: MYSQL }, "", true],
    [".env names MySQL", {}, `# production\nDATABASE_URL=${MYSQL}\n`, true],
    ["the environment overrides the MySQL of .env", { DATABASE_URL: "" }, `DATABASE_URL=${MYSQL}`, false],
  ])("start - %s - decides whether the driver is needed", (_, environment, content, expected) => {
    const file = join(mkdtempSync(join(tmpdir(), "latchkey-env-")), ".env");
    writeFileSync(file, content);
    expect(usesMysql(environment, file)).toBe(expected);
  });
});
