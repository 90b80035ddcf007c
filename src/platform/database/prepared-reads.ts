import type { ObjectLiteral } from "typeorm";
import { batched, padToPowerOfTwo, repeatSql, statementBySize } from "./batching.js";
import type { Database } from "./database.js";
import { isDatabaseUnavailable, isMysql } from "./dialect.js";

type EntityClass<Entity extends ObjectLiteral> = new () => Entity;
/** Some properties of an entity. */
interface PropertySelection<Entity extends ObjectLiteral, Property extends keyof Entity> {
  readonly entity: EntityClass<Entity>;
  readonly properties: readonly Property[];
}
/** The entities that a statement reads, by alias in its FROM clause. */
type EntitySelection = Readonly<Record<string, EntityClass<ObjectLiteral> | PropertySelection<ObjectLiteral, string>>>;
type RowOf<Selection> = {
  readonly [Alias in keyof Selection]: Selection[Alias] extends EntityClass<infer Entity>
    ? Entity
    : Selection[Alias] extends PropertySelection<infer Entity, infer Property>
      ? Pick<Entity, Property>
      : never;
};

/** Selects some properties only, because every selected column costs time in the server and in the driver. */
export const selectProperties = <Entity extends ObjectLiteral, Property extends keyof Entity>(
  entity: EntityClass<Entity>,
  properties: readonly Property[],
): PropertySelection<Entity, Property> => ({ entity, properties });

interface SelectStatement<Row> {
  readonly sql: string;
  /** Converts a result row to entities, with the conversions of their columns (dates, JSON). */
  readonly hydrate: (row: Readonly<Record<string, unknown>>) => Row;
}

/**
 * A hand-written SELECT of entities that is built once, for reads of nearly every request: TypeORM's finders build the statement on every
 * call, which takes longer than executing it. MySQL and MariaDB prepare it once per connection.
 */
export class PreparedSelect<Selection extends EntitySelection> {
  private statement: SelectStatement<RowOf<Selection>> | undefined;

  /** `clauses` follows the column list: FROM with the aliases of `selection`, joins and WHERE, with the database's column names. */
  constructor(
    private readonly database: Database,
    private readonly selection: Selection,
    private readonly clauses: string,
  ) {}

  /** Parameters are strings, numbers and dates. */
  async all(parameters: readonly unknown[]): Promise<RowOf<Selection>[]> {
    this.statement ??= this.buildStatement();
    const { sql, hydrate } = this.statement;
    return (await this.database.queryPrepared(sql, parameters)).map(hydrate);
  }

  async first(parameters: readonly unknown[]): Promise<RowOf<Selection> | null> {
    return (await this.all(parameters))[0] ?? null;
  }

  private buildStatement(): SelectStatement<RowOf<Selection>> {
    const source = this.database.readManager.dataSource;
    const selected = Object.entries(this.selection).flatMap(([alias, selector]) => {
      const { entity, properties } = "entity" in selector ? selector : { entity: selector, properties: null };
      const columns = source.getMetadata(entity).columns.filter(({ propertyName }) => properties?.includes(propertyName) ?? true);
      return columns.map((column) => ({ alias, column }));
    });
    // Short aliases: they are part of the key of the driver's statement cache, and of every result.
    const columns = selected.map(({ alias, column }, index) => ({ alias, column, resultAlias: `c${index}` }));
    const columnList = columns.map(({ alias, column, resultAlias }) => `${alias}.${column.databaseName} ${resultAlias}`).join(", ");
    const hydrate = (row: Readonly<Record<string, unknown>>) => {
      const entities: Record<string, ObjectLiteral> = {};
      for (const { alias, column, resultAlias } of columns) {
        entities[alias] ??= {};
        entities[alias][column.propertyName] = source.driver.prepareHydratedValue(row[resultAlias], column);
      }
      return entities as RowOf<Selection>;
    };
    return { sql: `SELECT ${columnList} ${this.clauses}`, hydrate };
  }
}

type LookupKey = readonly string[];
const MAX_LOOKUP_BATCH_SIZE = 16;

/** A PreparedSelect of one row by key. Lookups issued in the same event-loop tick are batched, unless they run in a transaction. */
export class BatchedLookup<Selection extends EntitySelection> {
  private readonly selectFor = statementBySize((size) => this.buildSelect(size));
  private readonly loadBatched = batched(MAX_LOOKUP_BATCH_SIZE, (keys: readonly LookupKey[]) => this.loadBatch(keys));

  /**
   * `from` is FROM with joins, `keyColumns` the key of the first table as `alias.column`; `keyOf` returns the key of a row in the form that
   * callers pass.
   */
  constructor(
    private readonly database: Database,
    private readonly selection: Selection,
    private readonly from: string,
    private readonly keyColumns: readonly string[],
    private readonly keyOf: (row: RowOf<Selection>) => LookupKey,
  ) {}

  async first(key: LookupKey): Promise<RowOf<Selection> | null> {
    return this.database.isInTransaction ? await this.loadOne(key) : await this.loadBatched(key);
  }

  /** Reads all keys with one statement; results are in the order of `keys`, null where there is no row. */
  async all(keys: readonly LookupKey[]): Promise<(RowOf<Selection> | null)[]> {
    if (keys.length === 0) return [];
    const paddedKeys = padToPowerOfTwo(keys);
    const rows = await this.selectFor(paddedKeys.length).all(paddedKeys.flat());
    const byKey = new Map(rows.map((row) => [serializeKey(this.keyOf(row)), row]));
    return keys.map((key) => byKey.get(serializeKey(key)) ?? null);
  }

  /** When a row cannot be converted, only the callers that requested it receive the error. */
  private async loadBatch(keys: readonly LookupKey[]): Promise<(RowOf<Selection> | Error | null)[]> {
    try {
      return await this.all(keys);
    } catch (error) {
      if (keys.length === 1 || isDatabaseUnavailable(error)) throw error;
      return await Promise.all(keys.map((key) => this.loadOne(key).catch((reason: Error) => reason)));
    }
  }

  private async loadOne(key: LookupKey): Promise<RowOf<Selection> | null> {
    return (await this.all([key]))[0] ?? null;
  }

  /**
   * Execution must start from the keys, regardless of the optimizer's estimates. Keys are compared as row values, because a chain of ORs
   * may lead to a table scan, and on MySQL the join order is fixed.
   */
  private buildSelect(size: number): PreparedSelect<Selection> {
    const usesMysql = isMysql(this.database.readManager.dataSource);
    const keyList = repeatSql(`(${repeatSql("?", this.keyColumns.length)})`, size);
    const from = usesMysql ? this.from.replaceAll(" JOIN ", " STRAIGHT_JOIN ") : this.from;
    const condition = `(${this.keyColumns.join(", ")}) IN (${usesMysql ? keyList : `VALUES ${keyList}`})`;
    return new PreparedSelect(this.database, this.selection, `${from} WHERE ${condition}`);
  }
}

const serializeKey = (key: LookupKey) => JSON.stringify(key);
