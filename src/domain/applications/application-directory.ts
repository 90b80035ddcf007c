import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";
import { hashToken } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import { PeriodicWrites } from "../../platform/periodic-writes.js";
import { ReadThroughCache } from "../../platform/read-through-cache.js";
import type { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { type ApplicationRepository, toApplication } from "./application.repository.js";
import type { ApplicationKeyKind } from "./application-key.entity.js";
import type { ApplicationKeyRepository, KeyInUse } from "./application-key.repository.js";

/** An application as found by one of its keys. */
interface KeyHolder {
  readonly application: Application;
  readonly key: KeyInUse;
}

const isActive = ({ settings }: Application) => settings.general.status === "ACTIVE";
const nullUnlessActive = (application: Application | null) => (application && isActive(application) ? application : null);

/**
 * Finds active applications. Reads are cached for one second, or until this process changes an application; parsed settings until their
 * version changes.
 */
export class ApplicationDirectory {
  private readonly parsedApplications = new LRUCache<string, Application>({ maxSize: 10_000, sizeCalculation: () => 1 });
  private readonly byAppKey: ReadThroughCache<KeyHolder>;
  private readonly bySecretKey: ReadThroughCache<KeyHolder>;
  private readonly byId: ReadThroughCache<Application>;
  private readonly origins: ReadThroughCache<ReadonlySet<string>>;

  private readonly uses: { readonly [Kind in ApplicationKeyKind]: PeriodicWrites };

  constructor(
    private readonly repository: ApplicationRepository,
    private readonly keys: ApplicationKeyRepository,
    database: Database,
    private readonly clock: Clock,
  ) {
    const reuse = { clock, version: repository.cacheVersion };
    const parse = (row: ApplicationEntity | null) => row && this.parse(row);
    this.byAppKey = new ReadThroughCache({ reuse, read: (appKey) => this.readHolder("APP", appKey) });
    this.bySecretKey = new ReadThroughCache({ reuse, read: (hash) => this.readHolder("SECRET", hash) });
    this.uses = { APP: new PeriodicWrites(database, clock, "day"), SECRET: new PeriodicWrites(database, clock, "hour") };
    this.byId = new ReadThroughCache({ reuse, read: async (id) => parse(await repository.findById(id)) });
    this.origins = new ReadThroughCache({ reuse, read: () => this.readOrigins() });
  }

  /** The active application with this public key (`lk_app_...`); null when the key does not work or the application is not active. */
  async findActiveByAppKey(appKey: string): Promise<Application | null> {
    return /^lk_app_[A-Za-z0-9_-]{20,50}$/.test(appKey) ? this.use("APP", await this.byAppKey.get(appKey)) : null;
  }

  /** The active application with this secret key (`lk_sec_...`); null when the key does not work or the application is not active. */
  async findActiveBySecretKey(secretKey: string): Promise<Application | null> {
    return /^lk_sec_[A-Za-z0-9_-]{43}$/.test(secretKey) ? this.use("SECRET", await this.bySecretKey.get(hashToken(secretKey))) : null;
  }

  async findActiveById(id: string): Promise<Application | null> {
    return /^[0-9a-f-]{36}$/.test(id) ? nullUnlessActive(await this.byId.get(id)) : null;
  }

  /** The application with the given, just read, settings version; null when it is no longer active. */
  async getAtVersion(application: Application, settingsVersion: number): Promise<Application | null> {
    return application.settingsVersion === settingsVersion ? application : nullUnlessActive(await this.byId.refresh(application.id));
  }

  /** True for origins of any active application, for CORS preflights, which do not carry the application key. */
  async isOriginAllowed(origin: string): Promise<boolean> {
    return (await this.origins.get(""))?.has(origin) ?? false;
  }

  private use(kind: ApplicationKeyKind, holder: KeyHolder | null): Application | null {
    if (!holder || (holder.key.expiresAt !== null && holder.key.expiresAt <= this.clock.now())) return null;
    const { application, key } = holder;
    if (!isActive(application)) return null;
    this.uses[kind].request(key.id, key.lastUsedAt, (usedAt) => this.keys.recordUse(key, usedAt));
    return application;
  }

  private async readHolder(kind: ApplicationKeyKind, value: string): Promise<KeyHolder | null> {
    const found = await this.keys.findWithApplication(kind, value);
    return found && { key: found.key, application: this.parse(found.application) };
  }

  private async readOrigins(): Promise<ReadonlySet<string>> {
    const rows = await this.repository.list(10_000);
    return new Set(rows.flatMap((row) => nullUnlessActive(this.parse(row))?.settings.links.origins ?? []));
  }

  private parse(row: ApplicationEntity): Application {
    const cached = this.parsedApplications.get(row.id);
    if (cached?.settingsVersion === row.settingsVersion && cached.appKey === row.appKey) return cached;
    const application = toApplication(row);
    this.parsedApplications.set(row.id, application);
    return application;
  }
}
