import { IsNull, MoreThan } from "typeorm";
import { ConcurrencyConflict, type Database, PreparedSelect, selectProperties, type Transaction } from "../../platform/database/index.js";
import { ApplicationEntity } from "./application.entity.js";
import type { ApplicationRepository } from "./application.repository.js";
import { ApplicationKeyEntity, type ApplicationKeyKind } from "./application-key.entity.js";

/** What is needed of a key to decide whether it works and to record its use. */
export type KeyInUse = Pick<ApplicationKeyEntity, "applicationId" | "id" | "expiresAt" | "lastUsedAt">;

const selection = {
  application_key: selectProperties(ApplicationKeyEntity, ["applicationId", "id", "expiresAt", "lastUsedAt"]),
  application: ApplicationEntity,
};

export class ApplicationKeyRepository {
  private readonly byValue: PreparedSelect<typeof selection>;

  constructor(
    private readonly database: Database,
    private readonly applications: ApplicationRepository,
  ) {
    this.byValue = new PreparedSelect(
      database,
      selection,
      `FROM application_keys application_key JOIN applications application ON application.id = application_key.application_id
        WHERE application_key.value = ? AND application_key.kind = ? AND application.kind = 'NORMAL'`,
    );
  }

  /** A key, which may have expired, and its application, with one statement. */
  async findWithApplication(
    kind: ApplicationKeyKind,
    value: string,
  ): Promise<{ readonly key: KeyInUse; readonly application: ApplicationEntity } | null> {
    const row = await this.byValue.first([value, kind]);
    return row && { key: row.application_key, application: row.application };
  }

  /** Keys that work at `now`, newest first. */
  async listLive(applicationId: string, kind: ApplicationKeyKind, now: Date): Promise<ApplicationKeyEntity[]> {
    const key = { applicationId, kind };
    return await this.keys.find({
      where: [
        { ...key, expiresAt: IsNull() },
        { ...key, expiresAt: MoreThan(now) },
      ],
      order: { createdAt: "DESC", id: "ASC" },
    });
  }

  /** True when the value is that of a key of this application that works at `now`. */
  async isLive(applicationId: string, kind: ApplicationKeyKind, value: string, now: Date): Promise<boolean> {
    return (await this.listLive(applicationId, kind, now)).some((key) => key.value === value);
  }

  async insert(tx: Transaction, row: ApplicationKeyEntity): Promise<void> {
    await tx.manager.insert(ApplicationKeyEntity, row as never);
  }

  /** Locks the application's row until the end of the transaction, and reads it; null: application not found. */
  async lockApplication(tx: Transaction, id: string): Promise<ApplicationEntity | null> {
    const { affected } = await tx.manager.update(ApplicationEntity, { id, kind: "NORMAL" }, { kind: "NORMAL" });
    return affected === 1 ? await this.applications.findById(id) : null;
  }

  /** Replaces current keys in the application's row, which must be locked. */
  async replaceCurrent(
    tx: Transaction,
    { id }: ApplicationEntity,
    change: Partial<Pick<ApplicationEntity, "appKey" | "secretKeyHash">>,
  ): Promise<void> {
    await tx.manager.update(ApplicationEntity, { id }, change);
    this.applications.cacheVersion.incrementOnCommit();
  }

  async update(tx: Transaction, { applicationId, id }: ApplicationKeyEntity, change: Partial<ApplicationKeyEntity>): Promise<void> {
    await tx.manager.update(ApplicationKeyEntity, { applicationId, id }, change);
    this.applications.cacheVersion.incrementOnCommit();
  }

  /** Stores a later time of use. */
  async recordUse({ applicationId, id }: KeyInUse, usedAt: Date): Promise<void> {
    const sql = `UPDATE application_keys SET last_used_at = ?
      WHERE application_id = ? AND id = ? AND (last_used_at IS NULL OR last_used_at < ?)`;
    const matched = await this.database.executeAutocommit(sql, () => [usedAt, applicationId, id, usedAt], "one");
    if (matched === null) throw new ConcurrencyConflict();
  }

  private get keys() {
    return this.database.readManager.getRepository(ApplicationKeyEntity);
  }
}
