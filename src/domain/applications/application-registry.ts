import type { Clock } from "../../platform/clock.js";
import { hashToken, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { Application } from "./application.js";
import { type ApplicationRepository, storedGroups, toApplication } from "./application.repository.js";
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
    private readonly secrets: ApplicationSecrets,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Joins the caller's transaction, if there is one. @throws InvalidSettingsError when a setting is not valid */
  async create({
    id,
    name,
    ownerId,
    appKey,
    secretKey = `lk_sec_${randomToken()}`,
    settings: groups = {},
  }: ApplicationDraft): Promise<NewApplication> {
    const settings = parseSettings({ ...groups, general: { name } });
    requireConsistent(settings);
    const row = {
      id,
      name: settings.general.name,
      status: settings.general.status,
      appKey: appKey ?? `lk_app_${randomToken()}`,
      secretKeyHash: hashToken(secretKey),
      ownerId,
      settings: { ...groups },
      settingsVersion: 1,
      createdAt: this.clock.now(),
    };
    await this.database.transaction((tx) => this.repository.insert(tx, row));
    return { application: toApplication(row), secretKey };
  }

  /** Applies assignments such as `signUp.enabled=false`, all or none. Null: application not found. @throws InvalidSettingsError */
  async update(id: string, assignments: readonly string[]): Promise<Application | null> {
    return await this.database.transaction(async (tx) => {
      const row = await this.repository.findById(id);
      if (!row) return null;
      const { groups, secrets } = assignments.reduce<SettingsChange>(applyAssignment, { groups: storedGroups(row), secrets: {} });
      const parsed = parseSettings(groups);
      requireConsistent(parsed, toApplication(row).settings);
      const { name, status } = parsed.general;
      const settings = { ...groups, general: { realmAppId: parsed.general.realmAppId } };
      await this.repository.updateSettings(tx, id, row.settingsVersion, { name, status, settings });
      await this.secrets.change(tx, id, secrets);
      return toApplication({ ...row, name, status, settings, settingsVersion: row.settingsVersion + 1 });
    });
  }

  /** True when this is the application's secret key. */
  async hasSecretKey(id: string, secretKey: string): Promise<boolean> {
    return (await this.repository.findById(id))?.secretKeyHash === hashToken(secretKey);
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
