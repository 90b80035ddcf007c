import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";

/** Requests a second, and how many may come at once (token bucket). */
export interface TokenBucketOptions {
  readonly refillPerSecond: number;
  readonly burst: number;
}
interface TokenBucket {
  tokens: number;
  updatedAtMs: number;
}

/**
 * Keeps one neighbour from taking the whole process. Counts in this process alone: it guards capacity, not secrets, and asks no
 * database. Bounded: whoever has been quiet longest is forgotten first.
 */
export class TokenBucketLimiter {
  /** Bounded by size, as the library allocates `max` entries when it is constructed. */
  private readonly buckets = new LRUCache<string, TokenBucket>({ maxSize: 50_000, sizeCalculation: () => 1 });

  constructor(
    private readonly options: TokenBucketOptions,
    private readonly clock: Clock,
  ) {}

  /** Seconds to wait before `enter` would let in; 0: it would now. */
  peek(key: string): number {
    return this.retryAfterSeconds(this.availableTokens(key, this.clock.now().getTime()));
  }

  /** Seconds to wait; 0: let in. */
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
