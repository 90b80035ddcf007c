import { ConcurrencyConflict, type Database, type Transaction } from "../../platform/database/index.js";
import { CacheVersion } from "../../platform/read-through-cache.js";
import { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { ApplicationKeyEntity } from "./application-key.entity.js";
import { parseSettings } from "./settings/index.js";

/** Reserved rows belong to the gateway itself: they are neither found nor listed, changed or deleted here. */
const kind = "NORMAL";

export class ApplicationRepository {
  readonly cacheVersion = new CacheVersion(this.database);

  constructor(private readonly database: Database) {}

  async findById(id: string): Promise<ApplicationEntity | null> {
    return await this.database.readManager.getRepository(ApplicationEntity).findOneBy({ id, kind });
  }

  /** In order of creation and id, at most `limit` after the given position. */
  async list(limit: number, after?: { createdAt: Date; id: string }): Promise<ApplicationEntity[]> {
    const query = this.database.readManager.createQueryBuilder(ApplicationEntity, "application").where({ kind });
    if (after)
      query.andWhere("(application.createdAt > :at OR (application.createdAt = :at AND application.id > :id))", {
        at: after.createdAt,
        id: after.id,
      });
    return await query.orderBy("application.createdAt").addOrderBy("application.id").take(limit).getMany();
  }

  /** Applications with a current secret key from before an instant, at most `limit`. */
  async listWithSecretKeysBefore(instant: Date, limit: number): Promise<string[]> {
    const rows = await this.database.readManager
      .createQueryBuilder(ApplicationEntity, "application")
      .innerJoin(ApplicationKeyEntity, "secret", "secret.applicationId = application.id")
      .where({ kind })
      .andWhere("secret.kind = 'SECRET' AND secret.expiresAt IS NULL AND secret.createdAt < :instant", { instant })
      .orderBy("application.createdAt")
      .take(limit)
      .getMany();
    return rows.map(({ id }) => id);
  }

  async insert(tx: Transaction, row: ApplicationEntity): Promise<void> {
    await tx.manager.insert(ApplicationEntity, row as never);
  }

  /** Stores new settings unless they have changed since `version`. @throws ConcurrencyConflict */
  async updateSettings(
    tx: Transaction,
    id: string,
    expectedVersion: number,
    change: Pick<ApplicationEntity, "name" | "status" | "settings">,
  ): Promise<void> {
    const { affected } = await tx.manager.update(ApplicationEntity, { id, kind, settingsVersion: expectedVersion }, {
      ...change,
      settingsVersion: expectedVersion + 1,
    } as never);
    if (affected !== 1) throw new ConcurrencyConflict();
    this.cacheVersion.incrementOnCommit();
  }

  async delete(tx: Transaction, id: string): Promise<boolean> {
    const { affected } = await tx.manager.delete(ApplicationEntity, { id, kind });
    this.cacheVersion.incrementOnCommit();
    return affected === 1;
  }
}

/** Converts a stored row to an Application. */
export function toApplication(row: ApplicationEntity): Application {
  const { id, appKey, settingsVersion, ownerId, createdAt } = row;
  return { id, appKey, settingsVersion, ownerId, createdAt, settings: parseSettings(storedGroups(row)) };
}

/** All settings groups: name and status are columns, the rest is JSON. */
export function storedGroups({ name, status, settings }: ApplicationEntity): Record<string, unknown> {
  return { ...settings, general: { ...(settings.general as object | undefined), name, status } };
}
