import type { BucketState, Take } from "./bucket.js";
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

/** Keeps buckets for all processes. Every operation is atomic over all of its buckets. */
export interface ThrottleKeeper {
  /** Takes one from every bucket, or from none when one that refuses is in its wait. In the order of `buckets`. */
  take(buckets: readonly Bucket[], now: Date): Promise<readonly Take[]>;
  settle(settlements: readonly Settlement[], now: Date): Promise<void>;
  /** Looks without taking. */
  peek(bucket: Bucket, now: Date): Promise<BucketState>;
}
