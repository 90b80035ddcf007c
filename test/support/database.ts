import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection } from "mysql2/promise";

/** An empty database of its own on the dialect under test, and how to be rid of it. */
export interface TestDatabase {
  readonly url: string;
  readonly isMysql: boolean;
  drop(): Promise<void>;
}

const { TEST_DATABASE_URL: server = "" } = process.env;
export const isMysql = server !== "";

export async function createTestDatabase(): Promise<TestDatabase> {
  return isMysql ? await createMysql(server) : createSqlite();
}

function createSqlite(): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  return {
    url: `sqlite:${join(folder, "test.sqlite")}`,
    isMysql: false,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createMysql(serverUrl: string): Promise<TestDatabase> {
  const name = `latchkey_test_${randomUUID().slice(0, 8)}`;
  // A default collation that takes A@b, a@B and á@b for the same: the gateway's own must hold.
  await query(serverUrl, `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, isMysql: true, drop: () => query(serverUrl, `DROP DATABASE \`${name}\``) };
}

async function query(serverUrl: string, sql: string): Promise<void> {
  const url = new URL(serverUrl);
  const connection = await createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  });
  try {
    await connection.query(sql);
  } finally {
    await connection.end();
  }
}
