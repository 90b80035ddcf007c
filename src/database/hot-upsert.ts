import type { EntityTarget, ObjectLiteral } from "typeorm";
import type { ColumnMetadata } from "typeorm/metadata/ColumnMetadata.js";
import type { Database } from "./database.js";

/** A hand-written INSERT of whole rows that replaces `properties` where the key exists, for what nearly every mutation asks. */
export class HotUpsert<Entity extends ObjectLiteral> {
  private readonly statements = new Map<number, string>();

  constructor(
    private readonly database: Database,
    private readonly entity: EntityTarget<Entity>,
    private readonly properties: readonly (keyof Entity & string)[],
  ) {}

  /** Runs in the caller's transaction; rows are locked in the order they come. */
  async run(rows: readonly Entity[]): Promise<void> {
    if (rows.length === 0) return;
    const { dataSource } = this.database.writing;
    const { columns } = dataSource.getMetadata(this.entity);
    const stored = (row: Entity, column: ColumnMetadata) =>
      dataSource.driver.preparePersistentValue(row[column.propertyName], column) as unknown;
    const values = rows.flatMap((row) => columns.map((column) => stored(row, column)));
    await this.database.writing.query(this.statementOf(rows.length), values);
  }

  private statementOf(size: number): string {
    const kept = this.statements.get(size);
    if (kept) return kept;
    const { dataSource } = this.database.writing;
    const { columns, primaryColumns, tableName } = dataSource.getMetadata(this.entity);
    const names = (of: readonly ColumnMetadata[]) => of.map(({ databaseName }) => databaseName).join(", ");
    const row = `(${columns.map(() => "?").join(", ")})`;
    const replaced = columns.filter(({ propertyName }) => this.properties.includes(propertyName)).map(({ databaseName }) => databaseName);
    const isMysql = dataSource.options.type === "mysql";
    const onConflict = isMysql
      ? `ON DUPLICATE KEY UPDATE ${replaced.map((name) => `${name} = VALUES(${name})`).join(", ")}`
      : `ON CONFLICT (${names(primaryColumns)}) DO UPDATE SET ${replaced.map((name) => `${name} = excluded.${name}`).join(", ")}`;
    const rows = Array.from({ length: size }, () => row).join(", ");
    const statement = `INSERT INTO ${tableName} (${names(columns)}) VALUES ${rows} ${onConflict}`;
    this.statements.set(size, statement);
    return statement;
  }
}
