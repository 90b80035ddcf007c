import type { Database } from "./database.js";
import { isDatabaseUnavailable } from "./dialect.js";
import { type Entities, HotRead, type RowOf } from "./hot-read.js";
import { padded, sideBySide } from "./side-by-side.js";

type Key = readonly string[];
const MOST = 16;

/** A HotRead of one row by its key, for what requests ask side by side. Inside of a transaction each has a statement of its own. */
export class HotLookup<Parts extends Entities> {
  private readonly bySize = new Map<number, HotRead<Parts>>();
  private readonly find = sideBySide(MOST, (keys: readonly Key[]) => this.findAll(keys));

  /**
   * `from` is FROM and joins by alias, `columns` the key of the first table as `alias.column`, `keyOf` the key in a row as it was asked
   * for. Whatever the optimizer thinks of the tables' sizes, it must begin with the keys: they are compared as rows, as it takes equations
   * apart, and the order of the joins is fixed.
   */
  constructor(
    private readonly database: Database,
    private readonly parts: Parts,
    private readonly from: string,
    private readonly columns: readonly string[],
    private readonly keyOf: (row: RowOf<Parts>) => Key,
  ) {}

  async first(key: Key): Promise<RowOf<Parts> | null> {
    if (this.database.isInTransaction) return (await this.all([key]))[0] ?? null;
    return await this.find(key);
  }

  /** By one statement, in the order of `keys`; null where there is no row. */
  async all(keys: readonly Key[]): Promise<(RowOf<Parts> | null)[]> {
    if (keys.length === 0) return [];
    const asked = padded(keys);
    const rows = await this.read(asked.length).all(asked.flat());
    const byKey = new Map(rows.map((row) => [nameOf(this.keyOf(row)), row]));
    return keys.map((key) => byKey.get(nameOf(key)) ?? null);
  }

  /** A row that cannot be understood is its owner's trouble alone. */
  private async findAll(keys: readonly Key[]): Promise<(RowOf<Parts> | Error | null)[]> {
    try {
      return await this.all(keys);
    } catch (error) {
      if (keys.length === 1 || isDatabaseUnavailable(error)) throw error;
      const alone = async (key: Key) => (await this.all([key]))[0] ?? null;
      return await Promise.all(keys.map((key) => alone(key).catch((reason: Error) => reason)));
    }
  }

  private read(size: number): HotRead<Parts> {
    const kept = this.bySize.get(size);
    if (kept) return kept;
    const key = `(${this.columns.map(() => "?").join(", ")})`;
    const keys = Array.from({ length: size }, () => key).join(", ");
    const isMysql = this.database.reading.dataSource.options.type === "mysql";
    const from = isMysql ? this.from.replaceAll(" JOIN ", " STRAIGHT_JOIN ") : this.from;
    const tail = `${from} WHERE (${this.columns.join(", ")}) IN (${isMysql ? keys : `VALUES ${keys}`})`;
    const read = new HotRead(this.database, this.parts, tail);
    this.bySize.set(size, read);
    return read;
  }
}

const nameOf = (key: Key) => JSON.stringify(key);
