import { LRUCache } from "lru-cache";
import type { Clock } from "./clock.js";
import type { Database } from "./database/index.js";

const PERIOD_MS = { hour: 3_600_000, day: 86_400_000 } as const;
const RETRY_DELAY_MS = 60_000;

/** Begin of the UTC hour or day of an instant. */
const startOf = (period: keyof typeof PERIOD_MS, instant: Date) => new Date(instant.getTime() - (instant.getTime() % PERIOD_MS[period]));

/**
 * Writes that record a use, at most one per key, period and process. They are not part of the request that causes them: it does not wait,
 * and a failure, after which the write is repeated a minute later at the earliest, does not concern it.
 */
export class PeriodicWrites {
  /** By key, the time in milliseconds before which nothing is to be written. */
  private readonly doneUntil = new LRUCache<string, number>({ maxSize: 50_000, sizeCalculation: () => 1 });

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly period: keyof typeof PERIOD_MS,
  ) {}

  /** Starts `write` with the begin of this period, unless it was done in it. `recordedAt`: the last use that is known to be stored. */
  request(key: string, recordedAt: Date | null, write: (startedAt: Date) => Promise<unknown>): void {
    const now = this.clock.now();
    if (now.getTime() < (this.doneUntil.get(key) ?? 0)) return;
    const startedAt = startOf(this.period, now);
    this.doneUntil.set(key, startedAt.getTime() + PERIOD_MS[this.period]);
    if (recordedAt !== null && recordedAt >= startedAt) return;
    this.database.detached(() =>
      write(startedAt).then(
        () => {},
        () => void this.doneUntil.set(key, now.getTime() + RETRY_DELAY_MS),
      ),
    );
  }
}
