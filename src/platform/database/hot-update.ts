import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";
import { columnsOf } from "./hot-insert.js";
import { padded, sideBySide } from "./side-by-side.js";

interface Form<Entity, Property extends keyof Entity> {
  /** What is changed. */
  readonly properties: readonly Property[];
  /** What names a row, as properties; the last one alone tells the rows of one statement apart. */
  readonly key: readonly (keyof Entity & string)[];
  /** What must still hold of the row, beside its key; column names as in the database. */
  readonly condition: string;
}
interface Order<Change> {
  readonly key: readonly string[];
  /** Of the condition. */
  readonly parameters: readonly unknown[];
  readonly makeChange: () => Change;
}
type Outcome = "made" | "look again" | "met a lock";
interface Prepared {
  readonly source: DataSource;
  readonly table: string;
  readonly changed: readonly ColumnMetadata[];
  readonly key: readonly string[];
}

/** In one statement. The server waits a second for each row: together less than the client waits for the statement. */
const MOST = 4;

/**
 * A hand-written conditional UPDATE of one row that is a transaction by itself, for what requests ask side by side: they share a
 * statement and its commit. When it met a lock for too long, nothing is changed, and each has a statement of its own.
 */
export class HotUpdate<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private prepared: Prepared | undefined;
  private readonly statements = new Map<number, string>();
  private readonly share = sideBySide(MOST, (orders: readonly Order<Pick<Entity, Property>>[]) => this.runAll(orders));

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly form: Form<Entity, Property>,
  ) {}

  /**
   * True when the row met the condition and is changed, which is committed. False when it is to be looked at again: it may have been
   * changed by this or by another, or not at all. `makeChange` runs when the statement is sent, anew at every attempt: the last one counts.
   * @throws Error inside of a transaction
   */
  async run(order: Order<Pick<Entity, Property>>): Promise<boolean> {
    if (this.database.isInTransaction) throw new Error("A transaction of its own inside of another one");
    const outcome = await this.share(order);
    return outcome === "met a lock" ? (await this.send([order], "many")) === 1 : outcome === "made";
  }

  private async runAll(orders: readonly Order<Pick<Entity, Property>>[]): Promise<Outcome[]> {
    const byRow = new Map(orders.toReversed().map((order) => [order.key.at(-1), order]));
    const firsts = [...byRow.values()];
    const affected = await this.send(firsts, firsts.length === 1 ? "many" : "one");
    // Where some rows have changed since they were read, the server does not say which.
    const outcome: Outcome = affected === null ? "met a lock" : affected === firsts.length ? "made" : "look again";
    // Whoever asked for the same row in the same turn is second to the one that was sent.
    return orders.map((order) => (firsts.includes(order) ? outcome : "look again"));
  }

  /** Returns how many rows were changed. */
  private async send(orders: readonly Order<Pick<Entity, Property>>[], attempts: "one" | "many"): Promise<number | null> {
    const { source, changed } = this.prepare();
    const asked = padded(orders);
    const makeParameters = () => {
      const changes = orders.map(({ makeChange }) => makeChange());
      const arm = (column: ColumnMetadata, order: Order<unknown>, index: number) => {
        const value = changes[Math.min(index, changes.length - 1)]?.[column.propertyName as Property];
        return [order.key.at(-1), source.driver.preparePersistentValue(value, column) as unknown];
      };
      const values = changed.flatMap((column) => asked.flatMap((order, index) => arm(column, order, index)));
      return [...values, ...asked.flatMap((order) => [...order.key, ...order.parameters])];
    };
    return await this.database.changeAtOnce(this.statementOf(asked.length), makeParameters, attempts);
  }

  private statementOf(size: number): string {
    const { table, changed, key } = this.prepare();
    const repeated = (part: string, between: string) => Array.from({ length: size }, () => part).join(between);
    const write = () => {
      const arms = repeated("WHEN ? THEN ?", " ");
      const assignments = changed.map(({ databaseName }) => `${databaseName} = CASE ${key.at(-1)} ${arms} END`);
      const row = [...key.map((name) => `${name} = ?`), this.form.condition].join(" AND ");
      return `UPDATE ${table} SET ${assignments.join(", ")} WHERE ${repeated(`(${row})`, " OR ")}`;
    };
    const statement = this.statements.get(size) ?? write();
    this.statements.set(size, statement);
    return statement;
  }

  private prepare(): Prepared {
    if (this.prepared) return this.prepared;
    const source = this.database.reading.dataSource;
    const key = columnsOf(source, this.entity, this.form.key).map(({ databaseName }) => databaseName);
    const table = source.getMetadata(this.entity).tableName;
    this.prepared = { source, table, key, changed: columnsOf(source, this.entity, this.form.properties) };
    return this.prepared;
  }
}
