import { ConcurrencyConflict, type Database, PreparedSelect, type Transaction } from "../../platform/database/index.js";
import { CacheVersion } from "../../platform/read-through-cache.js";
import { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { parseSettings } from "./settings/index.js";

const BY_APP_KEY = "FROM applications application WHERE application.app_key = ?";

export class ApplicationRepository {
  private readonly byAppKey = new PreparedSelect(this.database, { application: ApplicationEntity }, BY_APP_KEY);
  readonly cacheVersion = new CacheVersion(this.database);

  constructor(private readonly database: Database) {}

  async findByAppKey(appKey: string): Promise<ApplicationEntity | null> {
    return (await this.byAppKey.first([appKey]))?.application ?? null;
  }

  async findBySecretKeyHash(secretKeyHash: string): Promise<ApplicationEntity | null> {
    return await this.database.readManager.getRepository(ApplicationEntity).findOneBy({ secretKeyHash });
  }

  async findById(id: string): Promise<ApplicationEntity | null> {
    return await this.database.readManager.getRepository(ApplicationEntity).findOneBy({ id });
  }

  /** In order of creation and id, at most `limit` after the given position. */
  async list(limit: number, after?: { createdAt: Date; id: string }): Promise<ApplicationEntity[]> {
    const query = this.database.readManager.createQueryBuilder(ApplicationEntity, "application");
    if (after)
      query.where("application.createdAt > :at OR (application.createdAt = :at AND application.id > :id)", {
        at: after.createdAt,
        id: after.id,
      });
    return await query.orderBy("application.createdAt").addOrderBy("application.id").take(limit).getMany();
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
    const { affected } = await tx.manager.update(ApplicationEntity, { id, settingsVersion: expectedVersion }, {
      ...change,
      settingsVersion: expectedVersion + 1,
    } as never);
    if (affected !== 1) throw new ConcurrencyConflict();
    this.cacheVersion.incrementOnCommit();
  }

  async delete(tx: Transaction, id: string): Promise<boolean> {
    const { affected } = await tx.manager.delete(ApplicationEntity, { id });
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
