import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";

interface Prepared {
  readonly source: DataSource;
  readonly sql: string;
  readonly columns: readonly ColumnMetadata[];
}

/** A hand-written conditional UPDATE that is a transaction by itself, for what is asked over and over. Counts as a HotRead does. */
export class HotUpdate<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private prepared: Prepared | undefined;

  /** `condition` is what follows WHERE; column names as in the database. */
  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly properties: readonly Property[],
    private readonly condition: string,
  ) {}

  /** Returns how many rows met the condition. `makeChange` runs when the statement is sent; the change is committed at the end. */
  async run(makeChange: () => Pick<Entity, Property>, parameters: readonly unknown[]): Promise<number> {
    const { source, columns, sql } = this.prepare();
    return await this.database.updateAtOnce(sql, () => {
      const change = makeChange();
      const stored = (column: ColumnMetadata) =>
        source.driver.preparePersistentValue(change[column.propertyName as Property], column) as unknown;
      return [...columns.map(stored), ...parameters];
    });
  }

  private prepare(): Prepared {
    if (this.prepared) return this.prepared;
    const source = this.database.reading.dataSource;
    const { tableName, columns: all } = source.getMetadata(this.entity);
    const columns = this.properties.flatMap((property) => all.filter(({ propertyName }) => propertyName === property));
    const list = columns.map(({ databaseName }) => `${databaseName} = ?`).join(", ");
    this.prepared = { source, columns, sql: `UPDATE ${tableName} SET ${list} WHERE ${this.condition}` };
    return this.prepared;
  }
}
