import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import { repeatSql, statementBySize } from "./batching.js";
import type { Database } from "./database.js";
import { isMysql, isNotNullViolation } from "./dialect.js";

// Statements generated once from an entity, for writes of nearly every mutation: TypeORM builds them on every call, and reads inserted rows
// back where a column has a default. MySQL and MariaDB prepare them once per connection. Values are converted as defined by the entity's
// columns.

/**
 * An INSERT of whole rows. If the primary key exists, the columns of `updatedOnConflict` are updated ("all": every column except the key);
 * if it is empty, that is a unique violation.
 */
export class PreparedInsert<Entity extends ObjectLiteral> {
  private readonly sqlFor = statementBySize((rowCount) => this.buildSql(rowCount));

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly updatedOnConflict: readonly (keyof Entity & string)[] | "all" = [],
  ) {}

  /** Rows are locked in the order of `rows`. @throws a unique violation */
  async run(rows: readonly Entity[], manager: EntityManager): Promise<void> {
    if (rows.length === 0) return;
    const parameters = rows.flatMap((row) => toStored(manager.dataSource, columnsOf(manager.dataSource, this.entity), row));
    await this.database.executePrepared(manager, this.sqlFor(rows.length), parameters);
  }

  private buildSql(rowCount: number): string {
    const source = this.database.readManager.dataSource;
    const updated =
      this.updatedOnConflict === "all"
        ? columnsOf(source, this.entity).filter(({ isPrimary }) => !isPrimary)
        : columnsOf(source, this.entity, this.updatedOnConflict);
    const assignments = updated.map(({ databaseName }) => `${databaseName} = ${insertedValue(source, databaseName)}`);
    return upsertSql(source, this.entity, rowCount, assignments);
  }
}

interface UpdateStatement {
  readonly sql: string;
  readonly setColumns: readonly ColumnMetadata[];
  readonly whereColumns: readonly ColumnMetadata[];
}

/** An UPDATE of the rows in which `whereProperties` have given values, including null. */
export class PreparedUpdate<Entity extends ObjectLiteral, Assigned extends keyof Entity & string, Matched extends keyof Entity & string> {
  private statement: UpdateStatement | undefined;

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly setProperties: readonly Assigned[],
    private readonly whereProperties: readonly Matched[],
  ) {}

  /** Returns the number of rows that matched `where`. */
  async run(where: Pick<Entity, Matched>, set: Pick<Entity, Assigned>, manager: EntityManager): Promise<number> {
    this.statement ??= this.buildStatement();
    const { sql, setColumns, whereColumns } = this.statement;
    const parameters = [...toStored(manager.dataSource, setColumns, set), ...toStored(manager.dataSource, whereColumns, where)];
    return await this.database.executePrepared(manager, sql, parameters);
  }

  private buildStatement(): UpdateStatement {
    const source = this.database.readManager.dataSource;
    const setColumns = columnsOf(source, this.entity, this.setProperties);
    const whereColumns = columnsOf(source, this.entity, this.whereProperties);
    const assignments = setColumns.map(({ databaseName }) => `${databaseName} = ?`).join(", ");
    const conditions = whereColumns.map((column) => equalityCondition(source, column)).join(" AND ");
    const sql = `UPDATE ${source.getMetadata(this.entity).tableName} SET ${assignments} WHERE ${conditions}`;
    return { sql, setColumns, whereColumns };
  }
}

/** A row as it was read (null: there was none) and its replacement. */
interface Swap<Entity> {
  readonly expected: Entity | null;
  readonly next: Entity;
}

/**
 * A compare-and-swap of several rows by one INSERT in autocommit mode: either all rows are as expected and are replaced, or nothing
 * changes. A row that differs is assigned NULL in a NOT NULL column, which fails the statement. An expected row that has been deleted is
 * inserted again: rows may be deleted only when they are no longer relevant.
 */
export class CompareAndSwap<Entity extends ObjectLiteral> {
  private readonly sqlFor = statementBySize((rowCount) => this.buildSql(rowCount));

  /** `entity` needs a column that is NOT NULL and not part of the key. */
  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
  ) {}

  /**
   * False when nothing was changed, because a row was not as expected or was locked. Rows are locked in the order of `swaps`.
   * @throws Error inside a transaction
   */
  async run(swaps: readonly Swap<Entity>[]): Promise<boolean> {
    const source = this.database.readManager.dataSource;
    const columns = columnsOf(source, this.entity);
    const parameters = [
      ...swaps.flatMap(({ next }) => toStored(source, columns, next)),
      ...swaps.flatMap(({ expected }) => (expected ? toStored(source, columns, expected) : columns.map(() => null))),
    ];
    try {
      return (await this.database.executeAutocommit(this.sqlFor(swaps.length), () => parameters, "one")) !== null;
    } catch (error) {
      if (isNotNullViolation(error)) return false;
      throw error;
    }
  }

  private buildSql(rowCount: number): string {
    const source = this.database.readManager.dataSource;
    const columns = columnsOf(source, this.entity);
    const { tableName } = source.getMetadata(this.entity);
    const rowMatches = columns.map((column) => equalityCondition(source, column, `${tableName}.`)).join(" AND ");
    const matchesExpected = repeatSql(`(${rowMatches})`, rowCount, " OR ");
    const valueColumns = columns.filter(({ isPrimary }) => !isPrimary);
    const guard = valueColumns.find(({ isNullable }) => !isNullable)?.databaseName ?? "";
    const others = valueColumns.map(({ databaseName }) => databaseName).filter((name) => name !== guard);
    // MySQL evaluates assignments from left to right: only the first one sees the original row.
    return upsertSql(source, this.entity, rowCount, [
      `${guard} = CASE WHEN ${matchesExpected} THEN ${insertedValue(source, guard)} END`,
      ...others.map((name) => `${name} = ${insertedValue(source, name)}`),
    ]);
  }
}

/** All columns of an entity, or those of the given properties in their order. */
function columnsOf(source: DataSource, entity: EntityTarget<ObjectLiteral>, properties?: readonly string[]): readonly ColumnMetadata[] {
  const { columns } = source.getMetadata(entity);
  return properties ? properties.flatMap((property) => columns.filter(({ propertyName }) => propertyName === property)) : columns;
}

/** Converts property values to stored values. */
const toStored = ({ driver }: DataSource, columns: readonly ColumnMetadata[], values: ObjectLiteral) =>
  columns.map((column) => driver.preparePersistentValue(values[column.propertyName], column) as unknown);

/** INSERT of whole rows; `assignments` apply where the primary key exists. */
function upsertSql(source: DataSource, entity: EntityTarget<ObjectLiteral>, rowCount: number, assignments: readonly string[]): string {
  const { columns, primaryColumns, tableName } = source.getMetadata(entity);
  const namesOf = (some: readonly ColumnMetadata[]) => some.map(({ databaseName }) => databaseName).join(", ");
  const rows = repeatSql(`(${repeatSql("?", columns.length)})`, rowCount);
  const insert = `INSERT INTO ${tableName} (${namesOf(columns)}) VALUES ${rows}`;
  if (assignments.length === 0) return insert;
  const onConflict = isMysql(source) ? "ON DUPLICATE KEY UPDATE" : `ON CONFLICT (${namesOf(primaryColumns)}) DO UPDATE SET`;
  return `${insert} ${onConflict} ${assignments.join(", ")}`;
}

/** In an upsert: the value of the rejected insert. */
const insertedValue = (source: DataSource, name: string) => (isMysql(source) ? `VALUES(${name})` : `excluded.${name}`);

/** Compares a column with a parameter; null equals null in nullable columns. */
function equalityCondition(source: DataSource, { databaseName, isNullable }: ColumnMetadata, table = ""): string {
  const nullSafe = isMysql(source) ? "<=>" : "IS";
  return `${table}${databaseName} ${isNullable ? nullSafe : "="} ?`;
}
