import { LessThan } from "typeorm";
import { ConcurrencyConflict, type Database, PreparedSelect, type Transaction } from "../../platform/database/index.js";
import { CacheVersion } from "../../platform/read-through-cache.js";
import { SigningKeyEntity } from "./signing-key.entity.js";

const BY_APPLICATION = "FROM signing_keys signing_key WHERE signing_key.application_id = ? ORDER BY signing_key.created_at";

export class SigningKeyRepository {
  private readonly byApplication = new PreparedSelect(this.database, { signing_key: SigningKeyEntity }, BY_APPLICATION);
  readonly cacheVersion = new CacheVersion(this.database);

  constructor(private readonly database: Database) {}

  async list(applicationId: string): Promise<SigningKeyEntity[]> {
    return (await this.byApplication.all([applicationId])).map(({ signing_key }) => signing_key);
  }

  /** Applications whose current key has signed since before an instant, at most `limit`. */
  async listApplicationsUsingSince(instant: Date, limit: number): Promise<string[]> {
    const keys = this.database.readManager.getRepository(SigningKeyEntity);
    const rows = await keys.find({ where: { state: "CURRENT", usedSince: LessThan(instant) }, order: { usedSince: "ASC" }, take: limit });
    return rows.map(({ applicationId }) => applicationId);
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
}
