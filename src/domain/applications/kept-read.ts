import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";
import type { ChangeCount } from "../../platform/database/index.js";
import { SharedRead } from "./shared-read.js";

/** So many milliseconds another process's change may go unseen; the command line waits as long before it says that it is done. */
export const KEPT_MS = 1000;

interface Kept<Value> {
  readonly value: Value;
  readonly readAt: Date;
  readonly changes: number;
}

/**
 * What nearly every request needs and hardly ever changes: kept for a second, unless this process changes it. What was not found is
 * not kept.
 */
export class KeptRead<Value extends object> {
  private readonly kept = new LRUCache<string, Kept<Value>>({ max: 10_000 });
  private readonly shared: SharedRead<Value | null>;

  constructor(
    read: (key: string) => Promise<Value | null>,
    private readonly clock: Clock,
    private readonly changes: ChangeCount,
  ) {
    this.shared = new SharedRead(read);
  }

  async get(key: string): Promise<Value | null> {
    const kept = this.kept.get(key);
    const now = this.clock.now();
    const isFresh = kept?.changes === this.changes.value && Math.abs(now.getTime() - kept.readAt.getTime()) < KEPT_MS;
    return isFresh ? kept.value : await this.readAnew(key);
  }

  /** Reads it whatever is kept. */
  async readAnew(key: string): Promise<Value | null> {
    const asked = { readAt: this.clock.now(), changes: this.changes.value };
    const value = await this.shared.get(key);
    if (value) this.kept.set(key, { ...asked, value });
    else this.kept.delete(key);
    return value;
  }
}
