import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";
import { hashToken } from "../../platform/crypto/index.js";
import { ReadThroughCache } from "../../platform/read-through-cache.js";
import type { ApplicationEntity } from "./application.entity.js";
import type { Application } from "./application.js";
import { type ApplicationRepository, toApplication } from "./application.repository.js";

const isActive = ({ settings }: Application) => settings.general.status === "ACTIVE";
const nullUnlessActive = (application: Application | null) => (application && isActive(application) ? application : null);

/**
 * Finds active applications. Reads are cached for one second, or until this process changes an application; parsed settings until their
 * version changes.
 */
export class ApplicationDirectory {
  private readonly parsedApplications = new LRUCache<string, Application>({ maxSize: 10_000, sizeCalculation: () => 1 });
  private readonly byAppKey: ReadThroughCache<Application>;
  private readonly bySecretKey: ReadThroughCache<Application>;
  private readonly byId: ReadThroughCache<Application>;
  private readonly origins: ReadThroughCache<ReadonlySet<string>>;

  constructor(
    private readonly repository: ApplicationRepository,
    clock: Clock,
  ) {
    const reuse = { clock, version: repository.cacheVersion };
    const parse = (row: ApplicationEntity | null) => row && this.parse(row);
    this.byAppKey = new ReadThroughCache({ reuse, read: async (appKey) => parse(await repository.findByAppKey(appKey)) });
    this.bySecretKey = new ReadThroughCache({ reuse, read: async (hash) => parse(await repository.findBySecretKeyHash(hash)) });
    this.byId = new ReadThroughCache({ reuse, read: async (id) => parse(await repository.findById(id)) });
    this.origins = new ReadThroughCache({ reuse, read: () => this.readOrigins() });
  }

  /** The active application with this public key (`lk_app_...`); null when unknown, suspended or deleted. */
  async findActiveByAppKey(appKey: string): Promise<Application | null> {
    return /^lk_app_[A-Za-z0-9_-]{20,50}$/.test(appKey) ? nullUnlessActive(await this.byAppKey.get(appKey)) : null;
  }

  /** The active application with this secret key (`lk_sec_...`); null when unknown, suspended or deleted. */
  async findActiveBySecretKey(secretKey: string): Promise<Application | null> {
    return /^lk_sec_[A-Za-z0-9_-]{43}$/.test(secretKey) ? nullUnlessActive(await this.bySecretKey.get(hashToken(secretKey))) : null;
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

  private async readOrigins(): Promise<ReadonlySet<string>> {
    const rows = await this.repository.list(10_000);
    return new Set(rows.flatMap((row) => nullUnlessActive(this.parse(row))?.settings.links.origins ?? []));
  }

  private parse(row: ApplicationEntity): Application {
    const cached = this.parsedApplications.get(row.id);
    if (cached?.settingsVersion === row.settingsVersion) return cached;
    const application = toApplication(row);
    this.parsedApplications.set(row.id, application);
    return application;
  }
}
