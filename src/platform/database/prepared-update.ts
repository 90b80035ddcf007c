import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";
import { columnsOf, equalityCondition } from "./prepared-insert.js";

interface UpdateStatement {
  readonly sql: string;
  readonly setColumns: readonly ColumnMetadata[];
  readonly whereColumns: readonly ColumnMetadata[];
}

/** A hand-written UPDATE of the rows that have certain values, for what nearly every mutation changes. */
export class PreparedUpdate<Entity extends ObjectLiteral, Assigned extends keyof Entity & string, Matched extends keyof Entity & string> {
  private statement: UpdateStatement | undefined;

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly setProperties: readonly Assigned[],
    private readonly whereProperties: readonly Matched[],
  ) {}

  /** Returns how many rows had the values of `whereProperties`. */
  async run(whereProperties: Pick<Entity, Matched>, set: Pick<Entity, Assigned>, manager: EntityManager): Promise<number> {
    this.statement ??= this.buildStatement(manager.dataSource);
    const { sql, setColumns: setProperties, whereColumns } = this.statement;
    const { driver } = manager.dataSource;
    const toStored = (values: ObjectLiteral, columns: readonly ColumnMetadata[]) =>
      columns.map((column) => driver.preparePersistentValue(values[column.propertyName], column) as unknown);
    return await this.database.executePrepared(manager, sql, [...toStored(set, setProperties), ...toStored(whereProperties, whereColumns)]);
  }

  private buildStatement(source: DataSource): UpdateStatement {
    const setProperties = columnsOf(source, this.entity, this.setProperties);
    const whereProperties = columnsOf(source, this.entity, this.whereProperties);
    const assignments = setProperties.map(({ databaseName }) => `${databaseName} = ?`).join(", ");
    const conditions = whereProperties.map((column) => equalityCondition(source, column)).join(" AND ");
    return {
      setColumns: setProperties,
      whereColumns: whereProperties,
      sql: `UPDATE ${source.getMetadata(this.entity).tableName} SET ${assignments} WHERE ${conditions}`,
    };
  }
}
