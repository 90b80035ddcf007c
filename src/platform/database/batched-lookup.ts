import { batched, padToPowerOfTwo } from "./batching.js";
import type { Database } from "./database.js";
import { isDatabaseUnavailable } from "./dialect.js";
import { type EntitySelection, PreparedSelect, type RowOf } from "./prepared-select.js";

type LookupKey = readonly string[];
const MAX_LOOKUP_BATCH_SIZE = 16;

/** A HotRead of one row by its key, for what requests ask side by side. Inside of a transaction each has a statement of its own. */
export class BatchedLookup<Selection extends EntitySelection> {
  private readonly selectByBatchSize = new Map<number, PreparedSelect<Selection>>();
  private readonly loadBatched = batched(MAX_LOOKUP_BATCH_SIZE, (keys: readonly LookupKey[]) => this.loadBatch(keys));

  /**
   * `from` is FROM and joins by alias, `columns` the key of the first table as `alias.column`, `keyOf` the key in a row as it was asked
   * for. Whatever the optimizer thinks of the tables' sizes, it must begin with the keys: they are compared as rows, as it takes equations
   * apart, and the order of the joins is fixed.
   */
  constructor(
    private readonly database: Database,
    private readonly selection: Selection,
    private readonly from: string,
    private readonly keyColumns: readonly string[],
    private readonly keyOf: (row: RowOf<Selection>) => LookupKey,
  ) {}

  async first(key: LookupKey): Promise<RowOf<Selection> | null> {
    if (this.database.isInTransaction) return (await this.all([key]))[0] ?? null;
    return await this.loadBatched(key);
  }

  /** By one statement, in the order of `keys`; null where there is no row. */
  async all(keys: readonly LookupKey[]): Promise<(RowOf<Selection> | null)[]> {
    if (keys.length === 0) return [];
    const paddedKeys = padToPowerOfTwo(keys);
    const rows = await this.selectFor(paddedKeys.length).all(paddedKeys.flat());
    const byKey = new Map(rows.map((row) => [serializeKey(this.keyOf(row)), row]));
    return keys.map((key) => byKey.get(serializeKey(key)) ?? null);
  }

  /** A row that cannot be understood is its owner's trouble alone. */
  private async loadBatch(keys: readonly LookupKey[]): Promise<(RowOf<Selection> | Error | null)[]> {
    try {
      return await this.all(keys);
    } catch (error) {
      if (keys.length === 1 || isDatabaseUnavailable(error)) throw error;
      const loadOne = async (key: LookupKey) => (await this.all([key]))[0] ?? null;
      return await Promise.all(keys.map((key) => loadOne(key).catch((reason: Error) => reason)));
    }
  }

  private selectFor(batchSize: number): PreparedSelect<Selection> {
    const cached = this.selectByBatchSize.get(batchSize);
    if (cached) return cached;
    const keyPlaceholders = `(${this.keyColumns.map(() => "?").join(", ")})`;
    const keyList = Array.from({ length: batchSize }, () => keyPlaceholders).join(", ");
    const isMysql = this.database.readManager.dataSource.options.type === "mysql";
    const from = isMysql ? this.from.replaceAll(" JOIN ", " STRAIGHT_JOIN ") : this.from;
    const clauses = `${from} WHERE (${this.keyColumns.join(", ")}) IN (${isMysql ? keyList : `VALUES ${keyList}`})`;
    const select = new PreparedSelect(this.database, this.selection, clauses);
    this.selectByBatchSize.set(batchSize, select);
    return select;
  }
}

const serializeKey = (key: LookupKey) => JSON.stringify(key);
