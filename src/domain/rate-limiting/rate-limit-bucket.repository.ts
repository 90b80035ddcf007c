import { BatchedLookup, CompareAndSwap, type Database, PreparedInsert, type Transaction } from "../../platform/database/index.js";
import { RateLimitBucketEntity } from "./rate-limit-bucket.entity.js";
import { type BucketState, type ConsumeResult, consumeOne, emptyState, refundOne } from "./rate-limit-bucket.js";
import type { RateLimit } from "./rate-limits.js";

/** The counter of one limit for one key, e.g. an account or a network. */
export interface RateLimitBucket {
  readonly applicationId: string;
  /** HMAC of the key's parts: no handle or address is stored. */
  readonly key: string;
  readonly limit: RateLimit;
}
/** A change of a counter after the attempt. */
export interface Settlement {
  readonly bucket: RateLimitBucket;
  /** Refund one attempt, or reset the counter. */
  readonly kind: "refund" | "reset";
  /** The attempt to settle; null when it is not known. */
  readonly taken: ConsumeResult | null;
}
/** Stored states in the order of their buckets; null where there is no row. */
type BucketStates = readonly (BucketState | null)[];

const stateProperties = ["count", "windowEndsAt", "blockedUntil", "countedAt"] as const;

/** Counters shared by all processes. Every operation is atomic over its buckets: compare-and-swap first, row locks on a conflict. */
export class RateLimitBucketRepository {
  private readonly preparedInsertMissing = new PreparedInsert(this.database, RateLimitBucketEntity, ["applicationId"]);
  private readonly preparedUpsert = new PreparedInsert(this.database, RateLimitBucketEntity, stateProperties);
  private readonly preparedCompareAndSwap = new CompareAndSwap(this.database, RateLimitBucketEntity);
  private readonly byKey = new BatchedLookup(
    this.database,
    { bucket: RateLimitBucketEntity },
    "FROM throttle_buckets bucket",
    ["bucket.application_id", "bucket.id"],
    ({ bucket }) => [bucket.applicationId, bucket.id],
  );

  constructor(private readonly database: Database) {}

  /** Counts one attempt in every bucket, or in none when an enforced limit is blocked. Results are in the order of `buckets`. */
  async consume(buckets: readonly RateLimitBucket[], now: Date): Promise<readonly ConsumeResult[]> {
    if (!this.database.isInTransaction) {
      const expected = await this.read(buckets);
      const { results, next } = consumeAll(buckets, expected, now);
      if (await this.compareAndSwap(buckets, expected, next)) return results;
    }
    return await this.database.transaction(async (tx) => {
      const { results, next } = consumeAll(buckets, await this.lock(tx, buckets, now), now);
      await this.preparedUpsert.run(rowsOf(buckets, next), tx.manager);
      return results;
    });
  }

  /** Refunds attempts and resets buckets. */
  async settle(settlements: readonly Settlement[], now: Date): Promise<void> {
    const buckets = settlements.map(({ bucket }) => bucket);
    // A reset leaves an empty row until it is deleted, so that the compare-and-swap of a request that read the earlier state fails.
    const settled = (states: BucketStates) =>
      settlements.map(({ bucket, kind, taken }, index) =>
        kind === "reset" ? emptyState(now) : refundOne(states[index] ?? emptyState(now), bucket.limit, taken),
      );
    // Without concurrent attempts, the stored states are still those these attempts produced.
    const lastKnown = settlements.map(({ taken }) => taken?.after ?? null);
    const isKnown = !lastKnown.includes(null) && !this.database.isInTransaction;
    if (isKnown && (await this.compareAndSwap(buckets, lastKnown, settled(lastKnown)))) return;
    await this.database.transaction(async (tx) => {
      const states = await this.lock(tx, buckets, now);
      await this.preparedUpsert.run(rowsOf(buckets, settled(states)), tx.manager);
    });
  }

  /** Reads the state without counting an attempt. */
  async peek({ applicationId, key }: RateLimitBucket, now: Date): Promise<BucketState> {
    return (await this.byKey.first([applicationId, key]))?.bucket ?? emptyState(now);
  }

  private async read(buckets: readonly RateLimitBucket[]): Promise<BucketStates> {
    const rows = await this.byKey.all(buckets.map(({ applicationId, key }) => [applicationId, key]));
    return rows.map((row) => row?.bucket ?? null);
  }

  /** False when a state was not as expected; then nothing is changed. */
  private async compareAndSwap(
    buckets: readonly RateLimitBucket[],
    expected: BucketStates,
    next: readonly BucketState[],
  ): Promise<boolean> {
    const swaps = buckets.flatMap((bucket, index) => {
      const [before, after] = [expected[index] ?? null, next[index] ?? null];
      // A bucket without a row and without counted attempts needs no row.
      const isUnchanged = after === null || after === before || (before === null && after.count === 0);
      return isUnchanged ? [] : [{ expected: before && rowOf(bucket, before), next: rowOf(bucket, after) }];
    });
    return swaps.length === 0 || (await this.preparedCompareAndSwap.run(swaps.sort((a, b) => compareByKey(a.next, b.next))));
  }

  /** Inserts missing rows and locks existing ones with one upsert that changes nothing, then reads them. */
  private async lock(tx: Transaction, buckets: readonly RateLimitBucket[], now: Date): Promise<BucketStates> {
    const empty = buckets.map(() => emptyState(now));
    await this.preparedInsertMissing.run(rowsOf(buckets, empty), tx.manager);
    return await this.read(buckets);
  }
}

/** Counts one attempt in every bucket. When one is blocked nothing is counted, but states are still aligned with the clock. */
function consumeAll(buckets: readonly RateLimitBucket[], states: BucketStates, now: Date) {
  const results = buckets.map(({ limit }, index) => consumeOne(states[index] ?? emptyState(now), limit, now));
  const isLimited = results.some(({ retryAfterSeconds }, index) => retryAfterSeconds > 0 && buckets[index]?.limit.isEnforced);
  return { results, next: results.map(({ before, after }) => (isLimited ? before : after)) };
}

const rowOf = (
  { applicationId, key }: RateLimitBucket,
  { count, windowEndsAt, blockedUntil, countedAt }: BucketState,
): RateLimitBucketEntity => ({
  ...{ applicationId, id: key },
  ...{ count, windowEndsAt, blockedUntil, countedAt },
});
/** All transactions lock rows in the same order, to prevent deadlocks. */
const compareByKey = (a: RateLimitBucketEntity, b: RateLimitBucketEntity) => (a.applicationId + a.id < b.applicationId + b.id ? -1 : 1);
const rowsOf = (buckets: readonly RateLimitBucket[], states: readonly BucketState[]) =>
  buckets.flatMap((bucket, index) => (states[index] ? [rowOf(bucket, states[index])] : [])).sort(compareByKey);
