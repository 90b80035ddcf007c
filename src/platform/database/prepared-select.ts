import type { DataSource, ObjectLiteral } from "typeorm";
import type { Database } from "./database.js";

type EntityClass<Entity extends ObjectLiteral> = new () => Entity;
/** Some properties of an entity. */
interface PropertySelection<Entity extends ObjectLiteral, Property extends keyof Entity> {
  readonly entity: EntityClass<Entity>;
  readonly properties: readonly Property[];
}
export type EntitySelection = Readonly<Record<string, EntityClass<ObjectLiteral> | PropertySelection<ObjectLiteral, string>>>;
export type RowOf<Selection> = {
  readonly [Alias in keyof Selection]: Selection[Alias] extends EntityClass<infer Entity>
    ? Entity
    : Selection[Alias] extends PropertySelection<infer Entity, infer Property>
      ? Pick<Entity, Property>
      : never;
};

/** Only these properties are read: the server describes every column in every answer. */
export const selectProperties = <Entity extends ObjectLiteral, Property extends keyof Entity>(
  entity: EntityClass<Entity>,
  properties: readonly Property[],
): PropertySelection<Entity, Property> => ({ entity, properties });
interface SelectedColumn {
  readonly alias: string;
  readonly property: string;
  readonly resultAlias: string;
  /** The stored value as the entity has it: dates, JSON. */
  readonly hydrate: (value: unknown) => unknown;
}
interface SelectStatement {
  readonly source: DataSource;
  readonly sql: string;
  readonly columns: readonly SelectedColumn[];
  /** A parameter as it is stored. */
  readonly toStored: (parameter: unknown) => unknown;
}

/**
 * A hand-written SELECT of entities, for what nearly every request asks: TypeORM's finders build the statement anew each time,
 * which costs more than the database does. MySQL prepares it once a connection. Each is in a repository.
 */
export class PreparedSelect<Selection extends EntitySelection> {
  private statement: SelectStatement | undefined;

  /** `tail` is what follows the list of columns: FROM, joins by alias, WHERE; column names as in the database. */
  constructor(
    private readonly database: Database,
    private readonly selection: Selection,
    private readonly clauses: string,
  ) {}

  /** Parameters are text, numbers and instants. */
  async all(parameters: readonly unknown[]): Promise<RowOf<Selection>[]> {
    const { sql, columns, toStored } = this.prepare();
    return (await this.database.queryPrepared(sql, parameters.map(toStored))).map((row) => this.hydrate(row, columns));
  }

  async first(parameters: readonly unknown[]): Promise<RowOf<Selection> | null> {
    return (await this.all(parameters))[0] ?? null;
  }

  private prepare() {
    const manager = this.database.readManager;
    if (this.statement?.source.options.type !== manager.dataSource.options.type) this.statement = this.buildStatement(manager.dataSource);
    return this.statement;
  }

  private buildStatement(source: DataSource): SelectStatement {
    const selected = Object.entries(this.selection).flatMap(([alias, selector]) => {
      const { entity, properties } = "entity" in selector ? selector : { entity: selector, properties: null };
      const { columns } = source.getMetadata(entity);
      const selectedColumns = columns.filter(({ propertyName }) => properties?.includes(propertyName) ?? true);
      return selectedColumns.map((column) => ({ alias, column }));
    });
    // Short names: they are part of the key drivers keep the statement by, and come back with every answer.
    const columns = selected.map(({ alias, column }, index) => ({
      ...{ alias, property: column.propertyName, resultAlias: `c${index}`, name: column.databaseName },
      hydrate: (value: unknown) => source.driver.prepareHydratedValue(value, column) as unknown,
    }));
    const columnList = columns.map(({ alias, name, resultAlias }) => `${alias}.${name} ${resultAlias}`).join(", ");
    const datetimeColumn = selected.find(({ column }) => column.type === "datetime")?.column;
    const toStored = (parameter: unknown) =>
      parameter instanceof Date && datetimeColumn
        ? (source.driver.preparePersistentValue(parameter, datetimeColumn) as unknown)
        : parameter;
    return { source, columns, toStored, sql: `SELECT ${columnList} ${this.clauses}` };
  }

  private hydrate(row: Readonly<Record<string, unknown>>, columns: readonly SelectedColumn[]): RowOf<Selection> {
    const selection: Record<string, ObjectLiteral> = {};
    for (const { alias, property, resultAlias, hydrate } of columns) {
      selection[alias] ??= {};
      selection[alias][property] = hydrate(row[resultAlias]);
    }
    return selection as RowOf<Selection>;
  }
}
