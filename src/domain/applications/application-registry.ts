import type { Clock } from "../../platform/clock.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { type ApplicationRepository, storedGroups, toApplication } from "./application.repository.js";
import type { ApplicationKeyRepository } from "./application-key.repository.js";
import { keyRow, newAppKey, newSecretKey } from "./application-keys.js";
import type { ApplicationSecrets } from "./application-secrets.js";
import { applyAssignment, parseSettings, requireConsistent, type SettingsChange } from "./settings/index.js";

/** A new application with its secret key, which is shown only once: only its hash is stored. */
export interface NewApplication {
  readonly application: Application;
  readonly secretKey: string;
}

/** Initial values of an application; keys are generated unless given. */
export interface ApplicationDraft {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string | null;
  readonly appKey?: string;
  readonly secretKey?: string;
  readonly settings?: Record<string, unknown>;
}

/** Creates, updates and deletes applications. */
export class ApplicationRegistry {
  constructor(
    private readonly repository: ApplicationRepository,
    private readonly keys: ApplicationKeyRepository,
    private readonly secrets: ApplicationSecrets,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Joins the caller's transaction, if there is one. @throws InvalidSettingsError when a setting is not valid */
  async create({
    id,
    name,
    ownerId,
    appKey = newAppKey(),
    secretKey = newSecretKey(),
    settings: groups = {},
  }: ApplicationDraft): Promise<NewApplication> {
    const settings = parseSettings({ ...groups, general: { name } });
    requireConsistent(settings);
    const createdAt = this.clock.now();
    const [appKeyRow, secretKeyRow] = [keyRow(id, "APP", appKey, createdAt), keyRow(id, "SECRET", secretKey, createdAt)];
    const row: ApplicationEntity = {
      id,
      kind: "NORMAL",
      name: settings.general.name,
      status: settings.general.status,
      appKey,
      secretKeyHash: secretKeyRow.value,
      ownerId,
      settings: { ...groups },
      settingsVersion: 1,
      createdAt,
    };
    await this.database.transaction(async (tx) => {
      await this.repository.insert(tx, row);
      for (const key of [appKeyRow, secretKeyRow]) await this.keys.insert(tx, key);
    });
    return { application: toApplication(row), secretKey };
  }

  /** Applies assignments such as `signUp.enabled=false`, all or none. Null: application not found. @throws InvalidSettingsError */
  async update(id: string, assignments: readonly string[]): Promise<Application | null> {
    return await this.database.transaction(async (tx) => {
      const row = await this.repository.findById(id);
      if (!row) return null;
      const { groups, secrets } = assignments.reduce<SettingsChange>(applyAssignment, { groups: storedGroups(row), secrets: {} });
      const parsed = parseSettings(groups);
      requireConsistent(parsed, parseSettings(storedGroups(row)));
      const { name, status } = parsed.general;
      const settings = { ...groups, general: { realmAppId: parsed.general.realmAppId } };
      await this.repository.updateSettings(tx, id, row.settingsVersion, { name, status, settings });
      await this.secrets.change(tx, id, secrets);
      return toApplication({ ...row, name, status, settings, settingsVersion: row.settingsVersion + 1 });
    });
  }

  async find(id: string): Promise<Application | null> {
    const row = await this.repository.findById(id);
    return row && toApplication(row);
  }

  async list(limit: number, after?: { createdAt: Date; id: string }): Promise<Application[]> {
    return (await this.repository.list(limit, after)).map(toApplication);
  }

  /** Deletes the application's own row; other services delete its remaining rows in the same transaction. */
  async delete(tx: Transaction, id: string): Promise<boolean> {
    return await this.repository.delete(tx, id);
  }
}
