import { And, Like, Not } from "typeorm";
import { ConcurrencyConflict, type Database, PreparedSelect, type Transaction } from "../../platform/database/index.js";
import { CacheVersion } from "../../platform/read-through-cache.js";
import { SigningKeyEntity } from "./signing-key.entity.js";

const selection = { signing_key: SigningKeyEntity };

export class SigningKeyRepository {
  private readonly byApplication: PreparedSelect<typeof selection>;
  readonly cacheVersion: CacheVersion;

  constructor(private readonly database: Database) {
    this.cacheVersion = new CacheVersion(database);
    this.byApplication = new PreparedSelect(
      database,
      selection,
      "FROM signing_keys signing_key WHERE signing_key.application_id = ? ORDER BY signing_key.created_at",
    );
  }

  async list(applicationId: string): Promise<SigningKeyEntity[]> {
    return (await this.byApplication.all([applicationId])).map(({ signing_key }) => signing_key);
  }

  async insert(tx: Transaction, row: SigningKeyEntity): Promise<void> {
    await tx.manager.insert(SigningKeyEntity, row as never);
  }

  /** Changes the state of a key. @throws ConcurrencyConflict when it is no longer in the state that was read */
  async transition(tx: Transaction, { applicationId, id, state }: SigningKeyEntity, change: Partial<SigningKeyEntity>): Promise<void> {
    const { affected } = await tx.manager.update(SigningKeyEntity, { applicationId, id, state }, change as never);
    if (affected !== 1) throw new ConcurrencyConflict();
    this.cacheVersion.incrementOnCommit();
  }

  /** Private keys not encrypted with the current master key, at most `limit`. */
  async listEncryptedWithOtherKey(currentPrefix: string, limit: number): Promise<SigningKeyEntity[]> {
    return await this.database.readManager
      .getRepository(SigningKeyEntity)
      .find({ where: { privateKeySealed: And(Not(Like(`${currentPrefix}%`)), Not("")) }, take: limit });
  }

  /** Replaces the encrypted private key that was read; false when it has changed. */
  async replaceEncrypted(tx: Transaction, { applicationId, id, privateKeySealed }: SigningKeyEntity, next: string): Promise<boolean> {
    const { affected } = await tx.manager.update(SigningKeyEntity, { applicationId, id, privateKeySealed }, { privateKeySealed: next });
    return affected === 1;
  }

  async deleteByApplication(tx: Transaction, applicationId: string): Promise<void> {
    await tx.manager.delete(SigningKeyEntity, { applicationId });
    this.cacheVersion.incrementOnCommit();
  }
}
