import { LessThan } from "typeorm";
import type { Transaction } from "../../platform/database/index.js";
import { BatchedLookup, CompareAndSwap, type Database, PreparedInsert } from "../../platform/database/index.js";
import { RateLimitBucketEntity } from "./rate-limit-bucket.entity.js";
import { type BucketState, type ConsumeResult, emptyState } from "./rate-limit-bucket.js";
import {
  type BucketStates,
  consumeAll,
  type RateLimitBucket,
  type RateLimitStore,
  type Settlement,
  settleBucket,
} from "./rate-limit-store.js";

const selection = { bucket: RateLimitBucketEntity };

/** Keeps buckets in the database: by comparing and setting, and where that meets another attempt at the same by locking them first. */
export class RateLimitBucketRepository implements RateLimitStore {
  private readonly preparedInsertMissing: PreparedInsert<RateLimitBucketEntity>;
  private readonly preparedUpsert: PreparedInsert<RateLimitBucketEntity>;
  private readonly preparedCompareAndSwap: CompareAndSwap<RateLimitBucketEntity>;
  private readonly byKey: BatchedLookup<typeof selection>;

  constructor(private readonly database: Database) {
    this.preparedInsertMissing = new PreparedInsert(database, RateLimitBucketEntity, ["applicationId"]);
    this.preparedUpsert = new PreparedInsert(database, RateLimitBucketEntity, ["count", "windowEndsAt", "blockedUntil", "countedAt"]);
    this.preparedCompareAndSwap = new CompareAndSwap(database, RateLimitBucketEntity);
    this.byKey = new BatchedLookup(
      database,
      selection,
      "FROM throttle_buckets bucket",
      ["bucket.application_id", "bucket.id"],
      ({ bucket }) => [bucket.applicationId, bucket.id],
    );
  }

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

  async settle(settlements: readonly Settlement[], now: Date): Promise<void> {
    const buckets = settlements.map(({ bucket }) => bucket);
    // What is forgotten stays as an empty row until it is purged: whoever saw another state must find that it has changed.
    const settled = (states: BucketStates) =>
      settlements.map((settlement, index) => settleBucket(settlement, states[index] ?? null, now) ?? emptyState(now));
    // While nobody else has counted, all is still as these attempts left it.
    const lastKnown = settlements.map(({ taken }) => taken?.after ?? null);
    const isKnown = !lastKnown.includes(null) && !this.database.isInTransaction;
    if (isKnown && (await this.compareAndSwap(buckets, lastKnown, settled(lastKnown)))) return;
    await this.database.transaction(async (tx) => {
      const states = await this.lock(tx, buckets, now);
      await this.preparedUpsert.run(rowsOf(buckets, settled(states)), tx.manager);
    });
  }

  async peek({ applicationId, key }: RateLimitBucket, now: Date): Promise<BucketState> {
    return (await this.byKey.first([applicationId, key]))?.bucket ?? emptyState(now);
  }

  /** Waits of another day keep nobody out. */
  async invalidateAfterRestore(tx: Transaction): Promise<void> {
    await tx.manager.createQueryBuilder().delete().from(RateLimitBucketEntity).execute();
  }

  async deleteByApplication(tx: Transaction, applicationId: string): Promise<void> {
    await tx.manager.delete(RateLimitBucketEntity, { applicationId });
  }

  /** Removes at most `limit` whose window ended before `instant`; returns how many. */
  async deleteExpired(tx: Transaction, instant: Date, limit: number): Promise<number> {
    const rows = await this.database.readManager
      .getRepository(RateLimitBucketEntity)
      .find({ where: { windowEndsAt: LessThan(instant) }, take: limit, select: { applicationId: true, id: true } });
    for (const { applicationId, id } of rows)
      await tx.manager.delete(RateLimitBucketEntity, { applicationId, id, windowEndsAt: LessThan(instant) });
    return rows.length;
  }

  private async read(buckets: readonly RateLimitBucket[]): Promise<BucketStates> {
    const rows = await this.byKey.all(buckets.map(({ applicationId, key }) => [applicationId, key]));
    return rows.map((row) => row?.bucket ?? null);
  }

  /** False when nothing was changed. */
  private async compareAndSwap(
    buckets: readonly RateLimitBucket[],
    expected: BucketStates,
    next: readonly BucketState[],
  ): Promise<boolean> {
    const swaps = buckets.flatMap((bucket, index) => {
      const [before, after] = [expected[index] ?? null, next[index] ?? null];
      // What was not there and is not counted needs no row.
      const isUnchanged = after === null || after === before || (before === null && after.count === 0);
      return isUnchanged ? [] : [{ expected: before && rowOf(bucket, before), next: rowOf(bucket, after) }];
    });
    return swaps.length === 0 || (await this.preparedCompareAndSwap.run(swaps.sort((a, b) => compareByKey(a.next, b.next))));
  }

  /** Makes what is missing and locks the rest by one statement that changes nothing; then reads. */
  private async lock(tx: Transaction, buckets: readonly RateLimitBucket[], now: Date): Promise<BucketStates> {
    const empty = buckets.map(() => emptyState(now));
    await this.preparedInsertMissing.run(rowsOf(buckets, empty), tx.manager);
    return await this.read(buckets);
  }
}

const rowOf = (
  { applicationId, key }: RateLimitBucket,
  { count, windowEndsAt, blockedUntil, countedAt }: BucketState,
): RateLimitBucketEntity => ({
  ...{ applicationId, id: key },
  ...{ count, windowEndsAt, blockedUntil, countedAt },
});
/** Everybody locks in the same order. */
const compareByKey = (a: RateLimitBucketEntity, b: RateLimitBucketEntity) => (a.applicationId + a.id < b.applicationId + b.id ? -1 : 1);
const rowsOf = (buckets: readonly RateLimitBucket[], states: readonly BucketState[]) =>
  buckets.flatMap((bucket, index) => (states[index] ? [rowOf(bucket, states[index])] : [])).sort(compareByKey);
