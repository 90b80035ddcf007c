import { type BucketState, emptyState, giveOneBack, type Take, takeOne } from "./bucket.js";
import type { Budget } from "./budgets.js";

/** One subject's share of a budget, by an opaque key. */
export interface Bucket {
  readonly applicationId: string;
  /** HMAC of what it counts: no handle or address is stored. */
  readonly key: string;
  readonly budget: Budget;
}

/** What becomes of a bucket after the fact. */
export interface Settlement {
  readonly bucket: Bucket;
  /** Take one attempt back, or forget all that was counted. */
  readonly kind: "give back" | "forget";
  /** The attempt that is settled; null where it is not known which. */
  readonly taken: Take | null;
}

/** What is known of some buckets, in their order; null where nothing is. */
export type States = readonly (BucketState | null)[];

/** Takes one from every bucket: what was looked at, and the states to keep. Refused, nothing is counted, but a clock that was set back is noted. */
export function takeAll(buckets: readonly Bucket[], states: States, now: Date): { takes: readonly Take[]; next: readonly BucketState[] } {
  const takes = buckets.map(({ budget }, index) => takeOne(states[index] ?? emptyState(now), budget, now));
  const isRefused = takes.some(({ waitSeconds }, index) => waitSeconds > 0 && buckets[index]?.budget.refuses);
  return { takes, next: takes.map(({ before, after }) => (isRefused ? before : after)) };
}

/** What a settlement leaves of a bucket; null when nothing is. */
export const settleOne = ({ bucket, kind, taken }: Settlement, state: BucketState | null, now: Date): BucketState | null =>
  kind === "forget" ? null : giveOneBack(state ?? emptyState(now), bucket.budget, taken);

/** Keeps buckets for all processes. Every operation is atomic over all of its buckets. */
export interface ThrottleKeeper {
  /** Takes one from every bucket, or from none when one that refuses is in its wait. In the order of `buckets`. */
  take(buckets: readonly Bucket[], now: Date): Promise<readonly Take[]>;
  /** Takes attempts back and forgets buckets after the fact. */
  settle(settlements: readonly Settlement[], now: Date): Promise<void>;
  /** Looks without taking. */
  peek(bucket: Bucket, now: Date): Promise<BucketState>;
}
