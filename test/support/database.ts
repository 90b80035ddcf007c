import { randomUUID } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { migrations } from "../../migrations/index.js";
import { systemClock } from "../../src/platform/clock.js";
import { openDatabase } from "../../src/platform/database/index.js";

/** A separate database on the dialect under test, and its disposal. */
export interface TestDatabase {
  readonly url: string;
  readonly isMysql: boolean;
  drop(): Promise<void>;
}

const { TEST_DATABASE_URL: server = "" } = process.env;
export const isMysql = server !== "";

/** An empty database: for tests of migrations, and for processes, which run migrations as in production. */
export async function createTestDatabase(): Promise<TestDatabase> {
  return isMysql ? await createMysql(server) : createSqlite();
}

/** A database with all tables: migrations run once and the result is copied. */
export async function createMigratedDatabase(): Promise<TestDatabase> {
  if (!isMysql) {
    sqliteFile ??= migrateSqliteFile();
    return createSqlite(await sqliteFile);
  }
  mysqlTables ??= readMysqlTables(server);
  return await createMysql(server, await mysqlTables);
}

let sqliteFile: Promise<string> | undefined;
let mysqlTables: Promise<string> | undefined;

async function migrateFully(url: string): Promise<void> {
  await (await openDatabase({ url, entities: [], migrations, runMigrations: { lockOwner: "test" } }, systemClock)).close();
}

/** One file for all workers of a run; the first one to finish moves it into place. */
async function migrateSqliteFile(): Promise<string> {
  const file = join(tmpdir(), "migrated.sqlite");
  const isShared = process.env["TEST_RUN_DIR"] === tmpdir();
  if (isShared && existsSync(file)) return file;
  const made = join(mkdtempSync(join(tmpdir(), "latchkey-template-")), "migrated.sqlite");
  await migrateFully(`sqlite:${made}`);
  if (!isShared) return made;
  renameSync(made, file);
  return file;
}

/** The CREATE statements of a migrated database, as one multi-statement string. */
async function readMysqlTables(serverUrl: string): Promise<string> {
  const template = await createMysql(serverUrl);
  try {
    await migrateFully(template.url);
    const parts: string[] = [];
    for (const { name } of await query<{ name: string }>(
      template.url,
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()",
    )) {
      const [shown] = await query<{ "Create Table": string }>(template.url, `SHOW CREATE TABLE \`${name}\``);
      parts.push((shown?.["Create Table"] ?? "").replace(/ AUTO_INCREMENT=\d+/, ""));
    }
    const done = await query<{ timestamp: string; name: string }>(template.url, "SELECT timestamp, name FROM migrations ORDER BY id");
    const rows = done.map(({ timestamp, name }) => `(${timestamp}, '${name}')`);
    const all = [...parts, `INSERT INTO migrations (timestamp, name) VALUES ${rows.join(", ")}`];
    return ["SET foreign_key_checks = 0", ...all].join(";\n");
  } finally {
    await template.drop();
  }
}

function createSqlite(template?: string): TestDatabase {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
  const file = join(folder, "test.sqlite");
  if (template) copyFileSync(template, file);
  return {
    url: `sqlite:${file}`,
    isMysql: false,
    drop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function createMysql(serverUrl: string, tables?: string): Promise<TestDatabase> {
  const name = `latchkey_test_${randomUUID().slice(0, 8)}`;
  // A default collation that treats A@b, a@B and á@b as equal: the gateway's own collation must apply.
  await query(serverUrl, `CREATE DATABASE \`${name}\` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  if (tables) await query(url.href, tables);
  return { url: url.href, isMysql: true, drop: async () => void (await query(serverUrl, `DROP DATABASE \`${name}\``)) };
}

/** A connection with the server's defaults, without the gateway's session variables. */
export async function connectToMysql(serverUrl: string): Promise<Connection> {
  const url = new URL(serverUrl);
  return await createConnection({
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    multipleStatements: true,
    ...(url.pathname.length > 1 ? { database: url.pathname.slice(1) } : {}),
  });
}

async function query<Row>(serverUrl: string, sql: string): Promise<Row[]> {
  const connection = await connectToMysql(serverUrl);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows as Row[];
  } finally {
    await connection.end();
  }
}
