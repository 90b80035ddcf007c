import type { DataSource, EntityManager, EntityTarget, ObjectLiteral } from "typeorm";
import type { Database } from "./database.js";
import { columnsOf, isSame } from "./hot-insert.js";

/** A hand-written UPDATE of the rows that have certain values, for what nearly every mutation changes. */
export class HotChange<Entity extends ObjectLiteral, Changed extends keyof Entity & string, Known extends keyof Entity & string> {
  private statement: string | undefined;

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly changed: readonly Changed[],
    private readonly known: readonly Known[],
  ) {}

  /** Runs in the caller's transaction or by `manager`; returns how many rows had the values. */
  async run(known: Pick<Entity, Known>, change: Pick<Entity, Changed>, manager: EntityManager = this.database.writing): Promise<number> {
    const source = manager.dataSource;
    const stored = (of: ObjectLiteral, properties: readonly string[]) =>
      columnsOf(source, this.entity, properties).map(
        (column) => source.driver.preparePersistentValue(of[column.propertyName], column) as unknown,
      );
    this.statement ??= this.write(source);
    return await this.database.changeAgain(manager, this.statement, [...stored(change, this.changed), ...stored(known, this.known)]);
  }

  private write(source: DataSource): string {
    const changes = columnsOf(source, this.entity, this.changed).map(({ databaseName }) => `${databaseName} = ?`);
    const same = columnsOf(source, this.entity, this.known).map((column) => isSame(source, column));
    return `UPDATE ${source.getMetadata(this.entity).tableName} SET ${changes.join(", ")} WHERE ${same.join(" AND ")}`;
  }
}
