import type { BucketState, Take } from "./bucket.js";
import type { Budget } from "./budgets.js";

/** One subject's share of a budget, by an opaque key. */
export interface Bucket {
  readonly applicationId: string;
  /** HMAC of what it counts: no handle or address is stored. */
  readonly key: string;
  readonly budget: Budget;
}

/** Keeps buckets for all processes. Every operation is atomic over all of its buckets. */
export interface ThrottleKeeper {
  /** Takes one from every bucket, or from none when one that refuses is in its wait. In the order of `buckets`. */
  take(buckets: readonly Bucket[], now: Date): Promise<readonly Take[]>;
  /** Changes buckets after the fact: takes attempts back, or (`taken` is null) forgets the bucket. */
  settle(changes: readonly { readonly bucket: Bucket; readonly taken: Take | null }[], now: Date): Promise<void>;
  /** Looks without taking. */
  peek(bucket: Bucket, now: Date): Promise<BucketState>;
}
