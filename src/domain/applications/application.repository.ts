import { ChangeCount, type Database, HotRead, StalePremise } from "../../platform/database/index.js";
import { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { parseSettings } from "./settings/index.js";

const parts = { application: ApplicationEntity };

export class ApplicationRepository {
  private readonly byAppKey: HotRead<typeof parts>;
  readonly changes: ChangeCount;

  constructor(private readonly database: Database) {
    this.changes = new ChangeCount(database);
    this.byAppKey = new HotRead(database, parts, "FROM applications application WHERE application.app_key = ?");
  }

  async findByAppKey(appKey: string): Promise<ApplicationEntity | null> {
    return (await this.byAppKey.first([appKey]))?.application ?? null;
  }

  async findBySecretKeyHash(secretKeyHash: string): Promise<ApplicationEntity | null> {
    return await this.database.reading.getRepository(ApplicationEntity).findOneBy({ secretKeyHash });
  }

  async findById(id: string): Promise<ApplicationEntity | null> {
    return await this.database.reading.getRepository(ApplicationEntity).findOneBy({ id });
  }

  /** In order of creation, at most `limit` after the given id. */
  async list(limit: number, after?: { createdAt: Date; id: string }): Promise<ApplicationEntity[]> {
    const query = this.database.reading.createQueryBuilder(ApplicationEntity, "application");
    if (after)
      query.where("application.createdAt > :at OR (application.createdAt = :at AND application.id > :id)", {
        at: after.createdAt,
        id: after.id,
      });
    return await query.orderBy("application.createdAt").addOrderBy("application.id").take(limit).getMany();
  }

  async insert(row: ApplicationEntity): Promise<void> {
    await this.database.writing.insert(ApplicationEntity, row as never);
  }

  /** Stores new settings if nobody changed them since `version`. @throws StalePremise */
  async updateSettings(id: string, version: number, change: Pick<ApplicationEntity, "name" | "status" | "settings">): Promise<void> {
    const { affected } = await this.database.writing.update(ApplicationEntity, { id, settingsVersion: version }, {
      ...change,
      settingsVersion: version + 1,
    } as never);
    if (affected !== 1) throw new StalePremise();
    this.changes.note();
  }

  async delete(id: string): Promise<boolean> {
    const { affected } = await this.database.writing.delete(ApplicationEntity, { id });
    this.changes.note();
    return affected === 1;
  }
}

/** The stored row as the tenant the rest of the code knows. */
export function toApplication(row: ApplicationEntity): Application {
  const { id, appKey, settingsVersion, ownerId, createdAt } = row;
  return { id, appKey, settingsVersion, ownerId, createdAt, settings: parseSettings(storedGroups(row)) };
}

/** The groups as stored: name and status are columns, the rest is JSON. */
export function storedGroups({ name, status, settings }: ApplicationEntity): Record<string, unknown> {
  return { ...settings, general: { ...(settings.general as object | undefined), name, status } };
}
