import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";

/**
 * A hand-written INSERT of whole rows, for what nearly every mutation writes: TypeORM builds the statement anew each time. Where a key
 * exists, the columns of `replaced` are replaced ("all": but the key's); without any it is a unique violation.
 */
export class PreparedInsert<Entity extends ObjectLiteral> {
  private readonly sqlByRowCount = new Map<number, string>();

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly updatedOnConflict: readonly (keyof Entity & string)[] | "all" = [],
  ) {}

  /** Rows are locked in the order they come. @throws a unique violation */
  async run(rows: readonly Entity[], manager: EntityManager): Promise<void> {
    if (rows.length === 0) return;
    const source = manager.dataSource;
    await this.database.executePrepared(manager, this.sqlFor(source, rows.length), rowParameters(source, this.entity, rows));
  }

  private sqlFor(source: DataSource, rowCount: number): string {
    const cached = this.sqlByRowCount.get(rowCount);
    if (cached) return cached;
    const { columns } = source.getMetadata(this.entity);
    const updatedOnConflict =
      this.updatedOnConflict === "all"
        ? columns.filter(({ isPrimary }) => !isPrimary)
        : columnsOf(source, this.entity, this.updatedOnConflict);
    const names = updatedOnConflict.map(({ databaseName }) => databaseName);
    const assignments = names.map((name) => `${name} = ${insertedValue(source, name)}`).join(", ");
    const onConflict = names.length === 0 ? "" : ` ${onConflictClause(source, this.entity)} ${assignments}`;
    const statement = `${insertSql(source, this.entity, rowCount)}${onConflict}`;
    this.sqlByRowCount.set(rowCount, statement);
    return statement;
  }
}

/** INSERT of `size` whole rows, without its end. */
export function insertSql(source: DataSource, entity: EntityTarget<ObjectLiteral>, rowCount: number): string {
  const { columns, tableName } = source.getMetadata(entity);
  const row = `(${columns.map(() => "?").join(", ")})`;
  const rows = Array.from({ length: rowCount }, () => row).join(", ");
  return `INSERT INTO ${tableName} (${columns.map(({ databaseName }) => databaseName).join(", ")}) VALUES ${rows}`;
}

/** What its parameters are. */
export function rowParameters(source: DataSource, entity: EntityTarget<ObjectLiteral>, rows: readonly ObjectLiteral[]): unknown[] {
  const { columns } = source.getMetadata(entity);
  return rows.flatMap((row) => columns.map((column) => source.driver.preparePersistentValue(row[column.propertyName], column) as unknown));
}

export function columnsOf(source: DataSource, entity: EntityTarget<ObjectLiteral>, properties: readonly string[]): ColumnMetadata[] {
  const { columns } = source.getMetadata(entity);
  return properties.flatMap((property) => columns.filter(({ propertyName }) => propertyName === property));
}

/** What is to be done where a key exists follows. */
export function onConflictClause(source: DataSource, entity: EntityTarget<ObjectLiteral>): string {
  if (isMysql(source)) return "ON DUPLICATE KEY UPDATE";
  const key = source.getMetadata(entity).primaryColumns.map(({ databaseName }) => databaseName);
  return `ON CONFLICT (${key.join(", ")}) DO UPDATE SET`;
}

/** The condition that a column has a value, or none. */
export function equalityCondition(source: DataSource, { databaseName, isNullable }: ColumnMetadata, table = ""): string {
  const nullSafe = isMysql(source) ? "<=>" : "IS";
  return `${table}${databaseName} ${isNullable ? nullSafe : "="} ?`;
}

/** The value that was to be inserted. */
export const insertedValue = (source: DataSource, name: string) => (isMysql(source) ? `VALUES(${name})` : `excluded.${name}`);
const isMysql = ({ options }: DataSource) => options.type === "mysql";
