import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";
import { columnsOf, isSame } from "./hot-insert.js";

interface Prepared {
  readonly sql: string;
  readonly changed: readonly ColumnMetadata[];
  readonly known: readonly ColumnMetadata[];
}

/** A hand-written UPDATE of the rows that have certain values, for what nearly every mutation changes. */
export class HotChange<Entity extends ObjectLiteral, Changed extends keyof Entity & string, Known extends keyof Entity & string> {
  private prepared: Prepared | undefined;

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly changed: readonly Changed[],
    private readonly known: readonly Known[],
  ) {}

  /** Runs in the caller's transaction or by `manager`; returns how many rows had the values. */
  async run(known: Pick<Entity, Known>, change: Pick<Entity, Changed>, manager: EntityManager = this.database.writing): Promise<number> {
    this.prepared ??= this.write(manager.dataSource);
    const { sql, changed, known: compared } = this.prepared;
    const { driver } = manager.dataSource;
    const stored = (of: ObjectLiteral, columns: readonly ColumnMetadata[]) =>
      columns.map((column) => driver.preparePersistentValue(of[column.propertyName], column) as unknown);
    return await this.database.changeAgain(manager, sql, [...stored(change, changed), ...stored(known, compared)]);
  }

  private write(source: DataSource): Prepared {
    const changed = columnsOf(source, this.entity, this.changed);
    const known = columnsOf(source, this.entity, this.known);
    const changes = changed.map(({ databaseName }) => `${databaseName} = ?`).join(", ");
    const same = known.map((column) => isSame(source, column)).join(" AND ");
    return { changed, known, sql: `UPDATE ${source.getMetadata(this.entity).tableName} SET ${changes} WHERE ${same}` };
  }
}
