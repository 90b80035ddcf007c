import { type QueryRunner, Table, TableColumn, TableIndex, TableUnique } from "typeorm";

interface ColumnDefinition {
  readonly type: string;
  readonly length?: string;
  readonly precision?: number;
  readonly default?: string;
}
/** Column shapes for migrations, matching columns.ts. */
export const columnTypes = {
  id: { type: "varchar", length: "36" },
  text: (length: number): ColumnDefinition => ({ type: "varchar", length: String(length) }),
  longText: { type: "text" },
  count: { type: "int" },
  instant: { type: "datetime", precision: 3 },
} as const;

interface TableDefinition {
  readonly name: string;
  readonly primary: readonly string[];
  readonly columns: Readonly<Record<string, ColumnDefinition | (ColumnDefinition & { readonly nullable: true })>>;
  readonly unique?: Readonly<Record<string, readonly string[]>>;
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

/** Adds missing columns, so that an interrupted migration can be repeated. They get the table's binary collation. */
export async function addColumns(runner: QueryRunner, table: string, columns: TableDefinition["columns"]): Promise<void> {
  for (const [name, column] of Object.entries(columns))
    if (!(await runner.hasColumn(table, name)))
      await runner.addColumn(table, new TableColumn({ name, isNullable: "nullable" in column, ...column }));
}

/** Adds missing indexes. */
export async function addIndexes(runner: QueryRunner, table: string, indexes: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const existing = ((await runner.getTable(table))?.indices ?? []).map(({ name }) => name);
  for (const [name, columnNames] of Object.entries(indexes))
    if (!existing.includes(name)) await runner.createIndex(table, new TableIndex({ name, columnNames: [...columnNames] }));
}

/** Adds a unique index, unless it exists. */
export async function addUnique(runner: QueryRunner, table: string, name: string, columnNames: string[]): Promise<void> {
  const existing = await runner.getTable(table);
  const names = [...(existing?.indices ?? []), ...(existing?.uniques ?? [])].map((index) => index.name);
  if (names.includes(name)) return;
  if (runner.dataSource.options.type === "mysql") await runner.createIndex(table, new TableIndex({ name, columnNames, isUnique: true }));
  else await runner.createUniqueConstraint(table, new TableUnique({ name, columnNames }));
}

/** Marks a column definition as nullable. */
export const nullable = (definition: ColumnDefinition) => ({ ...definition, nullable: true as const });

/**
 * Creates a table if it does not exist, so that an interrupted migration can be repeated. On MySQL and MariaDB every text column gets a
 * binary collation: the default one treats `A@b`, `a@B` and `Á@b` as equal.
 */
export async function createTable(runner: QueryRunner, definition: TableDefinition): Promise<void> {
  const isMysql = runner.dataSource.options.type === "mysql";
  const uniques = Object.entries(definition.unique ?? {});
  const table = new Table({
    name: definition.name,
    columns: Object.entries(definition.columns).map(([name, column]) => ({
      name,
      isNullable: false,
      ...column,
      // SQLite's type name, which TypeORM compares with.
      ...(!isMysql && column.type === "int" ? { type: "integer" } : {}),
      ...("nullable" in column ? { isNullable: true } : {}),
      isPrimary: definition.primary.includes(name),
    })),
    indices: Object.entries(definition.indexes ?? {}).map(([name, columnNames]) => new TableIndex({ name, columnNames: [...columnNames] })),
  });
  for (const [name, columnNames] of uniques)
    if (isMysql) table.addIndex(new TableIndex({ name, columnNames: [...columnNames], isUnique: true }), true);
    else table.addUniqueConstraint(new TableUnique({ name, columnNames: [...columnNames] }));
  if (isMysql) table.engine = "InnoDB";
  await runner.createTable(table, true);
  if (isMysql) await runner.query(`ALTER TABLE \`${definition.name}\` CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
}
