import { type BucketState, type ConsumeResult, consumeOne, emptyState, refundOne } from "./rate-limit-bucket.js";
import type { RateLimit } from "./rate-limits.js";

/** One subject's share of a budget, by an opaque key. */
export interface RateLimitBucket {
  readonly applicationId: string;
  /** HMAC of what it counts: no handle or address is stored. */
  readonly key: string;
  readonly limit: RateLimit;
}

/** What becomes of a bucket after the fact. */
export interface Settlement {
  readonly bucket: RateLimitBucket;
  /** Take one attempt back, or forget all that was counted. */
  readonly kind: "refund" | "reset";
  /** The attempt that is settled; null where it is not known which. */
  readonly taken: ConsumeResult | null;
}

/** What is known of some buckets, in their order; null where nothing is. */
export type BucketStates = readonly (BucketState | null)[];

/** Takes one from every bucket: what was looked at, and the states to keep. Refused, nothing is counted, but a clock that was set back is noted. */
export function consumeAll(
  buckets: readonly RateLimitBucket[],
  states: BucketStates,
  now: Date,
): { results: readonly ConsumeResult[]; next: readonly BucketState[] } {
  const results = buckets.map(({ limit }, index) => consumeOne(states[index] ?? emptyState(now), limit, now));
  const isLimited = results.some(({ retryAfterSeconds }, index) => retryAfterSeconds > 0 && buckets[index]?.limit.isEnforced);
  return { results, next: results.map(({ before, after }) => (isLimited ? before : after)) };
}

/** What a settlement leaves of a bucket; null when nothing is. */
export const settleBucket = ({ bucket, kind, taken }: Settlement, state: BucketState | null, now: Date): BucketState | null =>
  kind === "reset" ? null : refundOne(state ?? emptyState(now), bucket.limit, taken);

/** Keeps buckets for all processes. Every operation is atomic over all of its buckets. */
export interface RateLimitStore {
  /** Takes one from every bucket, or from none when one that refuses is in its wait. In the order of `buckets`. */
  consume(buckets: readonly RateLimitBucket[], now: Date): Promise<readonly ConsumeResult[]>;
  /** Takes attempts back and forgets buckets after the fact. */
  settle(settlements: readonly Settlement[], now: Date): Promise<void>;
  /** Looks without taking. */
  peek(bucket: RateLimitBucket, now: Date): Promise<BucketState>;
}
