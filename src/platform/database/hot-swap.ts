import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
import type { Database } from "./database.js";
import { isNullRefused } from "./dialect.js";
import { incoming, insertOf, isSame, onConflictOf, storedRows } from "./hot-insert.js";

/** What a row was seen to be (null: it was not there), and what it becomes. */
export interface Swap<Entity> {
  readonly seen: Entity | null;
  readonly next: Entity;
}

/**
 * A hand-written compare-and-set of several rows by one statement that is a transaction by itself: all of them are as they were seen, and
 * change, or nothing does. A row that is not as it was seen gets NULL where none may be, which undoes the statement. One that was seen and
 * is gone is made anew: rows may be removed only once they mean nothing any more.
 */
export class HotSwap<Entity extends ObjectLiteral> {
  private readonly statements = new Map<number, string>();

  /** `entity` has a column beside its key that takes no null. */
  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
  ) {}

  /** False when nothing was changed: a row was not as seen, or met a lock. Rows are locked in the order they come. @throws Error inside of a transaction */
  async run(swaps: readonly Swap<Entity>[]): Promise<boolean> {
    const source = this.database.reading.dataSource;
    const stored = (rows: readonly Entity[]) => storedRows(source, this.entity, rows);
    const nothing = source.getMetadata(this.entity).columns.map(() => null);
    const parameters = [...stored(swaps.map(({ next }) => next)), ...swaps.flatMap(({ seen }) => (seen ? stored([seen]) : nothing))];
    try {
      return (await this.database.changeAtOnce(this.statementOf(source, swaps.length), () => parameters, "one")) !== null;
    } catch (error) {
      if (isNullRefused(error)) return false;
      throw error;
    }
  }

  private statementOf(source: DataSource, size: number): string {
    const kept = this.statements.get(size);
    if (kept) return kept;
    const { tableName, columns } = source.getMetadata(this.entity);
    const same = columns.map((column) => isSame(source, column, `${tableName}.`)).join(" AND ");
    const isAsSeen = Array.from({ length: size }, () => `(${same})`).join(" OR ");
    const replaced = columns.filter(({ isPrimary }) => !isPrimary);
    const guard = replaced.find(({ isNullable }) => !isNullable);
    const assign = ({ databaseName }: (typeof columns)[number]) => `${databaseName} = ${incoming(source, databaseName)}`;
    // MySQL assigns from left to right: the first one sees the row as it was.
    const name = guard?.databaseName ?? "";
    const first = `${name} = CASE WHEN ${isAsSeen} THEN ${incoming(source, name)} END`;
    const assignments = [first, ...replaced.filter((column) => column !== guard).map(assign)].join(", ");
    const statement = `${insertOf(source, this.entity, size)} ${onConflictOf(source, this.entity)} ${assignments}`;
    this.statements.set(size, statement);
    return statement;
  }
}
