import type { Database } from "./database.js";
import { type Entities, HotRead, type RowOf } from "./hot-read.js";
import { padded, sideBySide } from "./side-by-side.js";

type Key = readonly string[];

/** A HotRead of one row by its key, for what requests ask side by side. Inside of a transaction each has a statement of its own. */
export class HotLookup<Parts extends Entities> {
  private readonly bySize = new Map<number, HotRead<Parts>>();
  private readonly find = sideBySide((keys: readonly Key[]) => this.all(keys));

  /** `from` is FROM and joins by alias, `condition` what holds of the row with a key, `keyOf` the key in a row as it was asked for. */
  constructor(
    private readonly database: Database,
    private readonly parts: Parts,
    private readonly from: string,
    private readonly condition: string,
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

  private read(size: number): HotRead<Parts> {
    const kept = this.bySize.get(size);
    if (kept) return kept;
    const any = Array.from({ length: size }, () => `(${this.condition})`).join(" OR ");
    const read = new HotRead(this.database, this.parts, `${this.from} WHERE ${any}`);
    this.bySize.set(size, read);
    return read;
  }
}

const nameOf = (key: Key) => JSON.stringify(key);
