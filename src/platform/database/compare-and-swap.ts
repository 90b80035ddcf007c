import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
import type { Database } from "./database.js";
import { isNotNullViolation } from "./dialect.js";
import { equalityCondition, insertedValue, insertSql, onConflictClause, rowParameters } from "./prepared-insert.js";

/** What a row was seen to be (null: it was not there), and what it becomes. */
export interface Swap<Entity> {
  readonly expected: Entity | null;
  readonly next: Entity;
}

/**
 * A hand-written compare-and-set of several rows by one statement that is a transaction by itself: all of them are as they were seen, and
 * change, or nothing does. A row that is not as it was seen gets NULL where none may be, which undoes the statement. One that was seen and
 * is gone is made anew: rows may be removed only once they mean nothing any more.
 */
export class CompareAndSwap<Entity extends ObjectLiteral> {
  private readonly sqlByRowCount = new Map<number, string>();

  /** `entity` has a column beside its key that takes no null. */
  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
  ) {}

  /** False when nothing was changed: a row was not as seen, or met a lock. Rows are locked in the order they come. @throws Error inside of a transaction */
  async run(swaps: readonly Swap<Entity>[]): Promise<boolean> {
    const source = this.database.readManager.dataSource;
    const toParameters = (rows: readonly Entity[]) => rowParameters(source, this.entity, rows);
    const nulls = source.getMetadata(this.entity).columns.map(() => null);
    const parameters = [
      ...toParameters(swaps.map(({ next }) => next)),
      ...swaps.flatMap(({ expected }) => (expected ? toParameters([expected]) : nulls)),
    ];
    try {
      return (await this.database.executeAutocommit(this.sqlFor(source, swaps.length), () => parameters, "one")) !== null;
    } catch (error) {
      if (isNotNullViolation(error)) return false;
      throw error;
    }
  }

  private sqlFor(source: DataSource, rowCount: number): string {
    const cached = this.sqlByRowCount.get(rowCount);
    if (cached) return cached;
    const { tableName, columns } = source.getMetadata(this.entity);
    const rowMatches = columns.map((column) => equalityCondition(source, column, `${tableName}.`)).join(" AND ");
    const matchesExpected = Array.from({ length: rowCount }, () => `(${rowMatches})`).join(" OR ");
    const valueColumns = columns.filter(({ isPrimary }) => !isPrimary);
    const notNullColumn = valueColumns.find(({ isNullable }) => !isNullable);
    const assign = ({ databaseName }: (typeof columns)[number]) => `${databaseName} = ${insertedValue(source, databaseName)}`;
    // MySQL assigns from left to right: the first one sees the row as it was.
    const guardName = notNullColumn?.databaseName ?? "";
    const guardAssignment = `${guardName} = CASE WHEN ${matchesExpected} THEN ${insertedValue(source, guardName)} END`;
    const assignments = [guardAssignment, ...valueColumns.filter((column) => column !== notNullColumn).map(assign)].join(", ");
    const statement = `${insertSql(source, this.entity, rowCount)} ${onConflictClause(source, this.entity)} ${assignments}`;
    this.sqlByRowCount.set(rowCount, statement);
    return statement;
  }
}
