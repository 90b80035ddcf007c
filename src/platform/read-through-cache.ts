import { LRUCache } from "lru-cache";
import type { Clock } from "./clock.js";
import type { Database } from "./database/index.js";

/** Maximum delay until a change by another process is noticed. Commands wait as long before they report that a change is in effect. */
export const CACHE_TTL_MS = 1000;
const MAX_ENTRIES = 10_000;

/** Counts committed changes by this process. A cached value of the current version predates no change by this process. */
export class CacheVersion {
  private version = 0;

  constructor(private readonly database: Database) {}

  get value(): number {
    return this.version;
  }

  /** Increments when the running transaction commits. */
  incrementOnCommit(): void {
    this.database.afterCommit(() => this.version++);
  }
}

interface CacheOptions<Value> {
  /** Null when the key has no value; null is not cached. */
  readonly read: (key: string) => Promise<Value | null>;
  /** Values are reused for one second, unless this process changes their source. Without it every `get` reads. */
  readonly reuse?: { readonly clock: Clock; readonly version: CacheVersion };
  /** Whether a failed read may return the last value, regardless of its age. */
  readonly mayServeStale?: (error: unknown, key: string) => boolean;
}
interface CacheEntry<Value> {
  readonly value: Value;
  readonly readAt: number | undefined;
  readonly version: number | undefined;
}

/** Concurrent requests share one read, and values that rarely change are cached for one second. */
export class ReadThroughCache<Value extends object | string> {
  /** Bounded by size, because the library allocates `max` entries when it is constructed. */
  private readonly entries = new LRUCache<string, CacheEntry<Value>>({ maxSize: MAX_ENTRIES, sizeCalculation: () => 1 });
  private readonly running = new Map<string, Promise<Value | null>>();
  private readonly queued = new Map<string, Promise<Value | null>>();

  constructor(private readonly options: CacheOptions<Value>) {}

  async get(key: string): Promise<Value | null> {
    const entry = this.entries.get(key);
    return entry && this.isFresh(entry) ? entry.value : await this.refresh(key);
  }

  /**
   * Reads, bypassing the cache. The read begins after this call, so that its result is never older than the request: callers that wait
   * while another read is running share the next one.
   */
  refresh(key: string): Promise<Value | null> {
    const queued = this.queued.get(key);
    if (queued) return queued;
    const running = this.running.get(key);
    if (!running) return this.start(key);
    const start = () => this.start(key);
    const next = running.then(start, start);
    this.queued.set(key, next);
    return next;
  }

  private isFresh({ readAt, version }: CacheEntry<Value>): boolean {
    const { reuse } = this.options;
    if (!reuse || readAt === undefined) return false;
    return version === reuse.version.value && Math.abs(reuse.clock.now().getTime() - readAt) < CACHE_TTL_MS;
  }

  private start(key: string): Promise<Value | null> {
    this.queued.delete(key);
    const reading = this.read(key).finally(() => {
      if (this.running.get(key) === reading) this.running.delete(key);
    });
    this.running.set(key, reading);
    return reading;
  }

  /** Time and version are taken before the read, so that changes during the read are detected. */
  private async read(key: string): Promise<Value | null> {
    const { reuse, mayServeStale } = this.options;
    const state = { readAt: reuse?.clock.now().getTime(), version: reuse?.version.value };
    try {
      const value = await this.options.read(key);
      if (value === null) this.entries.delete(key);
      else this.entries.set(key, { ...state, value });
      return value;
    } catch (error) {
      const last = this.entries.get(key);
      if (last && mayServeStale?.(error, key)) return last.value;
      throw error;
    }
  }
}
