import { And, Like, Not, type ObjectLiteral } from "typeorm";
import type { Database } from "../database/index.js";
import type { Encryptor } from "./encryption.js";

/** A column of encrypted values, and the associated data that binds a value to its row. */
export interface EncryptedColumn<Row extends ObjectLiteral = ObjectLiteral> {
  readonly entity: new () => ObjectLiteral;
  readonly property: string;
  associatedData(row: Row): readonly string[];
}

/** The associated data are the two parts of `place` and the values of `key`. */
export const encryptedColumn = <Entity extends ObjectLiteral, Key extends keyof Entity & string>(
  entity: new () => Entity,
  property: keyof Entity & string,
  place: readonly [table: string, column: string],
  key: readonly Key[],
): EncryptedColumn<Pick<Entity, Key>> => ({
  entity,
  property,
  associatedData: (row) => [...place, ...key.map((name) => String(row[name]))],
});

/** The columns whose values move to a new master key. An empty value stands for a secret that was erased. */
export class EncryptedColumns {
  constructor(
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    readonly columns: readonly EncryptedColumn[],
  ) {}

  /** How many values are encrypted under another master key than the current one. */
  async countOutdated(): Promise<number> {
    let count = 0;
    for (const column of this.columns) count += await this.rows(column).countBy(this.outdated(column));
    return count;
  }

  /** Encrypts at most `limit` outdated values of a column under the current master key, unless they were changed meanwhile; returns how many. */
  async reencrypt(column: EncryptedColumn, limit: number): Promise<number> {
    const { entity, property } = column;
    const metadata = this.database.readManager.dataSource.getMetadata(entity);
    const rows = await this.rows(column).find({ where: this.outdated(column), take: limit });
    for (const row of rows) {
      const ciphertext = row[property] as string;
      const next = await this.encryptor.reencrypt(column.associatedData(row), ciphertext);
      const asRead = { ...metadata.getEntityIdMap(row), [property]: ciphertext };
      await this.database.autocommit((manager) => manager.update(entity, asRead, { [property]: next }));
    }
    return rows.length;
  }

  private outdated({ property }: EncryptedColumn) {
    return { [property]: And(Not(Like(`${this.encryptor.currentKeyPrefix}%`)), Not("")) };
  }

  private rows({ entity }: EncryptedColumn) {
    return this.database.readManager.getRepository(entity);
  }
}
