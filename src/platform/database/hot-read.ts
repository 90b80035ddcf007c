import type { DataSource, ObjectLiteral } from "typeorm";
import type { Database } from "./database.js";

type EntityClass<Entity extends ObjectLiteral> = new () => Entity;
/** Some properties of an entity. */
interface Excerpt<Entity extends ObjectLiteral, Property extends keyof Entity> {
  readonly entity: EntityClass<Entity>;
  readonly properties: readonly Property[];
}
export type Entities = Readonly<Record<string, EntityClass<ObjectLiteral> | Excerpt<ObjectLiteral, string>>>;
export type RowOf<Parts> = {
  readonly [Alias in keyof Parts]: Parts[Alias] extends EntityClass<infer Entity>
    ? Entity
    : Parts[Alias] extends Excerpt<infer Entity, infer Property>
      ? Pick<Entity, Property>
      : never;
};

/** Only these properties are read: the server describes every column in every answer. */
export const excerpt = <Entity extends ObjectLiteral, Property extends keyof Entity>(
  entity: EntityClass<Entity>,
  properties: readonly Property[],
): Excerpt<Entity, Property> => ({ entity, properties });
interface Column {
  readonly alias: string;
  readonly property: string;
  readonly key: string;
  /** The stored value as the entity has it: dates, JSON. */
  readonly hydrate: (value: unknown) => unknown;
}
interface Prepared {
  readonly source: DataSource;
  readonly sql: string;
  readonly columns: readonly Column[];
  /** A parameter as it is stored. */
  readonly store: (parameter: unknown) => unknown;
}

/**
 * A hand-written SELECT of entities, for what nearly every request asks: TypeORM's finders build the statement anew each time,
 * which costs more than the database does. MySQL prepares it once a connection. Each is in a repository.
 */
export class HotRead<Parts extends Entities> {
  private prepared: Prepared | undefined;

  /** `tail` is what follows the list of columns: FROM, joins by alias, WHERE; column names as in the database. */
  constructor(
    private readonly database: Database,
    private readonly parts: Parts,
    private readonly tail: string,
  ) {}

  /** Parameters are text, numbers and instants. */
  async all(parameters: readonly unknown[]): Promise<RowOf<Parts>[]> {
    const { sql, columns, store } = this.prepare();
    return (await this.database.readAgain(sql, parameters.map(store))).map((row) => this.hydrate(row, columns));
  }

  async first(parameters: readonly unknown[]): Promise<RowOf<Parts> | null> {
    return (await this.all(parameters))[0] ?? null;
  }

  private prepare() {
    const manager = this.database.reading;
    if (this.prepared?.source.options.type !== manager.dataSource.options.type) this.prepared = this.write(manager.dataSource);
    return this.prepared;
  }

  private write(source: DataSource): Prepared {
    const found = Object.entries(this.parts).flatMap(([alias, part]) => {
      const { entity, properties } = "entity" in part ? part : { entity: part, properties: null };
      const { columns } = source.getMetadata(entity);
      const read = columns.filter(({ propertyName }) => properties?.includes(propertyName) ?? true);
      return read.map((column) => ({ alias, column }));
    });
    // Short names: they are part of the key drivers keep the statement by, and come back with every answer.
    const columns = found.map(({ alias, column }, index) => ({
      ...{ alias, property: column.propertyName, key: `c${index}`, name: column.databaseName },
      hydrate: (value: unknown) => source.driver.prepareHydratedValue(value, column) as unknown,
    }));
    const list = columns.map(({ alias, name, key }) => `${alias}.${name} ${key}`).join(", ");
    const instant = found.find(({ column }) => column.type === "datetime")?.column;
    const store = (parameter: unknown) =>
      parameter instanceof Date && instant ? (source.driver.preparePersistentValue(parameter, instant) as unknown) : parameter;
    return { source, columns, store, sql: `SELECT ${list} ${this.tail}` };
  }

  private hydrate(row: Readonly<Record<string, unknown>>, columns: readonly Column[]): RowOf<Parts> {
    const parts: Record<string, ObjectLiteral> = {};
    for (const { alias, property, key, hydrate } of columns) {
      parts[alias] ??= {};
      parts[alias][property] = hydrate(row[key]);
    }
    return parts as RowOf<Parts>;
  }
}
