import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";

/** Refill rate and capacity of a token bucket. */
export interface TokenBucketOptions {
  readonly refillPerSecond: number;
  readonly burst: number;
}
interface TokenBucket {
  tokens: number;
  updatedAtMs: number;
}

/**
 * Prevents one client from using the capacity of the whole process. Counts in memory, per process: it protects capacity, not
 * credentials. The number of buckets is bounded; the least recently used are evicted first.
 */
export class TokenBucketLimiter {
  /** Bounded by size, as the library allocates `max` entries when it is constructed. */
  private readonly buckets = new LRUCache<string, TokenBucket>({ maxSize: 50_000, sizeCalculation: () => 1 });

  constructor(
    private readonly options: TokenBucketOptions,
    private readonly clock: Clock,
  ) {}

  /** Seconds until `consume` would permit a request; 0: now. Consumes nothing. */
  peek(key: string): number {
    return this.retryAfterSeconds(this.availableTokens(key, this.clock.now().getTime()));
  }

  /** Consumes a token. Returns 0 when the request is permitted, otherwise the seconds to wait. */
  consume(key: string): number {
    const nowMs = this.clock.now().getTime();
    const tokens = this.availableTokens(key, nowMs);
    const retryAfterSeconds = this.retryAfterSeconds(tokens);
    this.buckets.set(key, { tokens: retryAfterSeconds === 0 ? tokens - 1 : tokens, updatedAtMs: nowMs });
    return retryAfterSeconds;
  }

  private retryAfterSeconds(tokens: number): number {
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / this.options.refillPerSecond));
  }

  private availableTokens(key: string, nowMs: number): number {
    const { refillPerSecond, burst } = this.options;
    const before = this.buckets.get(key) ?? { tokens: burst, updatedAtMs: nowMs };
    return Math.min(burst, before.tokens + (Math.max(0, nowMs - before.updatedAtMs) / 1000) * refillPerSecond);
  }
}
