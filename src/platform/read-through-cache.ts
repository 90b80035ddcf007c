import { LRUCache } from "lru-cache";
import type { Clock } from "./clock.js";
import type { Database } from "./database/index.js";

/** For how long a change by another process may go unnoticed. Commands wait as long before they report that a change is in effect. */
export const CACHE_TTL_MS = 1000;
const MAX_ENTRIES = 10_000;

/** How many changes of some rows this process has committed. What was read at the current version, this process has not changed since. */
export class CacheVersion {
  private version = 0;

  constructor(private readonly database: Database) {}

  get value(): number {
    return this.version;
  }

  /** Takes effect when the running transaction is committed. */
  incrementOnCommit(): void {
    this.database.afterCommit(() => this.version++);
  }
}

interface CacheOptions<Value> {
  /** Null when there is nothing under this key, which is not cached. */
  readonly read: (key: string) => Promise<Value | null>;
  /** Values are reused for one second, unless this process changes what they were read from. Without it every `get` reads. */
  readonly reuse?: { readonly clock: Clock; readonly version: CacheVersion };
  /** Whether a failed read may be answered with the value that was read last, however old it is. */
  readonly mayServeStale?: (error: unknown, key: string) => boolean;
}
interface CacheEntry<Value> {
  readonly value: Value;
  readonly readAt: number | undefined;
  readonly version: number | undefined;
}

/** Reads for which many requests ask: concurrent requests share one read, and values that hardly ever change are cached for one second. */
export class ReadThroughCache<Value extends object | string> {
  private readonly entries = new LRUCache<string, CacheEntry<Value>>({ max: MAX_ENTRIES });
  private readonly running = new Map<string, Promise<Value | null>>();
  private readonly queued = new Map<string, Promise<Value | null>>();

  constructor(private readonly options: CacheOptions<Value>) {}

  async get(key: string): Promise<Value | null> {
    const entry = this.entries.get(key);
    return entry && this.isFresh(entry) ? entry.value : await this.refresh(key);
  }

  /**
   * Reads, whatever is cached. The read begins after this call, so that its result is never older than the request that needs it: callers
   * that wait while another read is running share the next one.
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

  /** Time and version are those before the read: what changes while it runs is noticed. */
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
