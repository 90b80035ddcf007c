import type { QueryRunner, Table } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { BackupBatch } from "./backup-file.js";
import { repeatSql } from "./batching.js";
import { isMysql } from "./dialect.js";

const BATCH_SIZE = 200;

/** Runs `work` on one snapshot of the database; other processes can write meanwhile. */
export async function inSnapshot<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
  const begin = isMysql(runner.dataSource)
    ? ["SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"]
    : ["BEGIN"];
  for (const statement of begin) await runner.query(statement);
  try {
    return await work();
  } finally {
    await runner.query("ROLLBACK");
  }
}

/** Every row of those of the tables that exist, in the order of the primary key. */
export async function* dumpTables(runner: QueryRunner, tables: readonly string[]): AsyncGenerator<BackupBatch> {
  const existing = await listTables(runner);
  for (const name of tables.filter((table) => existing.includes(table))) yield* dumpTable(runner, await requireTable(runner, name));
}

async function* dumpTable(runner: QueryRunner, table: Table): AsyncGenerator<BackupBatch> {
  const columns = table.columns.map(({ name }) => name);
  const instants = instantColumnsOf(table);
  const key = table.primaryColumns.map(({ name }) => name);
  const quote = (name: string) => runner.dataSource.driver.escape(name);
  const select = `SELECT ${columns.map(quote).join(", ")} FROM ${quote(table.name)}`;
  const order = `ORDER BY ${key.map(quote).join(", ")} LIMIT ${BATCH_SIZE}`;
  let last: Record<string, unknown> | undefined;
  do {
    const [condition, parameters] = last ? rowsAfter(last, key, quote) : ["", []];
    const found = (await runner.query(`${select} ${condition} ${order}`, parameters)) as Record<string, unknown>[];
    if (found.length > 0)
      yield {
        table: table.name,
        columns,
        rows: found.map((row) => columns.map((name) => (instants.has(name) ? toIsoTime(runner, row[name]) : row[name]))),
      };
    last = found.length < BATCH_SIZE ? undefined : found.at(-1);
  } while (last);
}

/** `a > ? OR (a = ? AND b > ?) ...`: MySQL uses no index for a comparison of row values by `>`. */
function rowsAfter(row: Record<string, unknown>, key: readonly string[], quote: (name: string) => string): [string, unknown[]] {
  const alternatives = key.map((name, index) => [...key.slice(0, index).map((before) => `${quote(before)} = ?`), `${quote(name)} > ?`]);
  const parameters = key.flatMap((_, index) => key.slice(0, index + 1).map((name) => row[name]));
  return [`WHERE ${alternatives.map((terms) => `(${terms.join(" AND ")})`).join(" OR ")}`, parameters];
}

/** Inserts every batch with one statement; returns the number of rows. */
export async function loadTables(runner: QueryRunner, batches: AsyncIterable<BackupBatch>): Promise<number> {
  let table: Table | undefined;
  let rowCount = 0;
  for await (const batch of batches) {
    if (table?.name !== batch.table) table = await requireTable(runner, batch.table);
    await insertRows(runner, table, batch);
    rowCount += batch.rows.length;
  }
  return rowCount;
}

async function insertRows(runner: QueryRunner, table: Table, { columns, rows }: BackupBatch): Promise<void> {
  const instants = instantColumnsOf(table);
  const { driver } = runner.dataSource;
  const values = rows.flatMap((row) =>
    row.map((value, index) => (instants.has(columns[index] ?? "") ? fromIsoTime(runner, value) : value)),
  );
  const tuple = `(${repeatSql("?", columns.length)})`;
  const columnList = columns.map((column) => driver.escape(column)).join(", ");
  await runner.query(`INSERT INTO ${driver.escape(table.name)} (${columnList}) VALUES ${repeatSql(tuple, rows.length)}`, values);
}

/** Tables and views of the database. */
export async function listTables(runner: QueryRunner): Promise<string[]> {
  const sql = isMysql(runner.dataSource)
    ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
    : "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite~_%' ESCAPE '~'";
  return ((await runner.query(sql)) as { name: string }[]).map(({ name }) => name);
}

async function requireTable(runner: QueryRunner, name: string): Promise<Table> {
  const table = await runner.getTable(name);
  if (!table) throw new Error(`The backup has a table that this release does not have: ${name}`);
  return table;
}

const instantColumnsOf = ({ columns }: Table) => new Set(columns.filter(({ type }) => type === "datetime").map(({ name }) => name));

/** Instants are converted as those of entities are: SQLite stores them as text. */
const instantColumn = { type: "datetime" } as ColumnMetadata;
const toIsoTime = ({ dataSource: { driver } }: QueryRunner, value: unknown) =>
  (driver.prepareHydratedValue(value, instantColumn) as Date | null)?.toISOString() ?? null;
const fromIsoTime = ({ dataSource: { driver } }: QueryRunner, value: unknown): unknown =>
  value === null ? null : driver.preparePersistentValue(new Date(String(value)), instantColumn);
