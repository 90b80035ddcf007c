import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";
import type { CacheVersion } from "../../platform/database/index.js";
import { CoalescedRead } from "./coalesced-read.js";

/** So many milliseconds another process's change may go unseen; the command line waits as long before it says that it is done. */
export const CACHE_TTL_MS = 1000;

interface CacheEntry<Value> {
  readonly value: Value;
  readonly readAt: Date;
  readonly version: number;
}

/**
 * What nearly every request needs and hardly ever changes: kept for a second, unless this process changes it. What was not found is
 * not kept.
 */
export class ReadThroughCache<Value extends object> {
  /** Bounded by size, as the library allocates `max` entries when it is constructed. */
  private readonly entries = new LRUCache<string, CacheEntry<Value>>({ maxSize: 10_000, sizeCalculation: () => 1 });
  private readonly coalescedRead: CoalescedRead<Value | null>;

  constructor(
    read: (key: string) => Promise<Value | null>,
    private readonly clock: Clock,
    private readonly version: CacheVersion,
  ) {
    this.coalescedRead = new CoalescedRead(read);
  }

  async get(key: string): Promise<Value | null> {
    const entry = this.entries.get(key);
    const now = this.clock.now();
    const isFresh = entry?.version === this.version.value && Math.abs(now.getTime() - entry.readAt.getTime()) < CACHE_TTL_MS;
    return isFresh ? entry.value : await this.refresh(key);
  }

  /** Reads it whatever is kept. */
  async refresh(key: string): Promise<Value | null> {
    const readState = { readAt: this.clock.now(), version: this.version.value };
    const value = await this.coalescedRead.get(key);
    if (value) this.entries.set(key, { ...readState, value });
    else this.entries.delete(key);
    return value;
  }
}
