import type { DataSource, EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import { batched, padToPowerOfTwo } from "./batching.js";
import type { Database } from "./database.js";
import { columnsOf } from "./prepared-insert.js";

interface UpdateDefinition<Entity, Property extends keyof Entity> {
  /** What is changed. */
  readonly setProperties: readonly Property[];
  /** What names a row, as properties; the last one alone tells the rows of one statement apart. */
  readonly keyProperties: readonly (keyof Entity & string)[];
  /** What must still hold of the row, beside its key; column names as in the database. */
  readonly condition: string;
}
interface UpdateRequest<Change> {
  readonly key: readonly string[];
  /** Of the condition. */
  readonly parameters: readonly unknown[];
  readonly createChange: () => Change;
}
type UpdateOutcome = "changed" | "conflict" | "lock-timeout";
interface BatchedUpdateStatement {
  readonly source: DataSource;
  readonly table: string;
  readonly setColumns: readonly ColumnMetadata[];
  readonly keyColumns: readonly string[];
}

/** In one statement. The server waits a second for each row: together less than the client waits for the statement. */
const MAX_UPDATE_BATCH_SIZE = 4;

/**
 * A hand-written conditional UPDATE of one row that is a transaction by itself, for what requests ask side by side: they share a
 * statement and its commit. When it met a lock for too long, nothing is changed, and each has a statement of its own.
 */
export class BatchedUpdate<Entity extends ObjectLiteral, Property extends keyof Entity & string> {
  private statement: BatchedUpdateStatement | undefined;
  private readonly sqlByBatchSize = new Map<number, string>();
  private readonly runBatched = batched(MAX_UPDATE_BATCH_SIZE, (orders: readonly UpdateRequest<Pick<Entity, Property>>[]) =>
    this.runBatch(orders),
  );

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly definition: UpdateDefinition<Entity, Property>,
  ) {}

  /**
   * True when the row met the condition and is changed, which is committed. False when it is to be looked at again: it may have been
   * changed by this or by another, or not at all. `makeChange` runs when the statement is sent, anew at every attempt: the last one counts.
   * @throws Error inside of a transaction
   */
  async run(request: UpdateRequest<Pick<Entity, Property>>): Promise<boolean> {
    if (this.database.isInTransaction) throw new Error("Autocommit statement inside a transaction");
    const outcome = await this.runBatched(request);
    return outcome === "lock-timeout" ? (await this.execute([request], "many")) === 1 : outcome === "changed";
  }

  private async runBatch(requests: readonly UpdateRequest<Pick<Entity, Property>>[]): Promise<UpdateOutcome[]> {
    const byRow = new Map(requests.toReversed().map((request) => [request.key.at(-1), request]));
    const distinct = [...byRow.values()];
    const affected = await this.execute(distinct, distinct.length === 1 ? "many" : "one");
    // Where some rows have changed since they were read, the server does not say which.
    const outcome: UpdateOutcome = affected === null ? "lock-timeout" : affected === distinct.length ? "changed" : "conflict";
    // Whoever asked for the same row in the same turn is second to the one that was sent.
    return requests.map((request) => (distinct.includes(request) ? outcome : "conflict"));
  }

  /** Returns how many rows were changed. */
  private async execute(requests: readonly UpdateRequest<Pick<Entity, Property>>[], attempts: "one" | "many"): Promise<number | null> {
    const { source, setColumns } = this.prepare();
    const paddedRequests = padToPowerOfTwo(requests);
    const buildParameters = () => {
      const changes = requests.map(({ createChange }) => createChange());
      const caseBranch = (column: ColumnMetadata, request: UpdateRequest<unknown>, index: number) => {
        const value = changes[Math.min(index, changes.length - 1)]?.[column.propertyName as Property];
        return [request.key.at(-1), source.driver.preparePersistentValue(value, column) as unknown];
      };
      const values = setColumns.flatMap((column) => paddedRequests.flatMap((request, index) => caseBranch(column, request, index)));
      return [...values, ...paddedRequests.flatMap((request) => [...request.key, ...request.parameters])];
    };
    return await this.database.executeAutocommit(this.sqlFor(paddedRequests.length), buildParameters, attempts);
  }

  private sqlFor(batchSize: number): string {
    const { table, setColumns, keyColumns } = this.prepare();
    const repeated = (part: string, separator: string) => Array.from({ length: batchSize }, () => part).join(separator);
    const buildSql = () => {
      const branches = repeated("WHEN ? THEN ?", " ");
      const assignments = setColumns.map(({ databaseName }) => `${databaseName} = CASE ${keyColumns.at(-1)} ${branches} END`);
      const rowCondition = [...keyColumns.map((name) => `${name} = ?`), this.definition.condition].join(" AND ");
      return `UPDATE ${table} SET ${assignments.join(", ")} WHERE ${repeated(`(${rowCondition})`, " OR ")}`;
    };
    const statement = this.sqlByBatchSize.get(batchSize) ?? buildSql();
    this.sqlByBatchSize.set(batchSize, statement);
    return statement;
  }

  private prepare(): BatchedUpdateStatement {
    if (this.statement) return this.statement;
    const source = this.database.readManager.dataSource;
    const keyColumns = columnsOf(source, this.entity, this.definition.keyProperties).map(({ databaseName }) => databaseName);
    const table = source.getMetadata(this.entity).tableName;
    this.statement = { source, table, keyColumns, setColumns: columnsOf(source, this.entity, this.definition.setProperties) };
    return this.statement;
  }
}
