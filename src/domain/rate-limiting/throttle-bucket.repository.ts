import { LessThan } from "typeorm";
import { type Database, HotInsert, HotLookup, HotSwap } from "../../platform/database/index.js";
import { type BucketState, emptyState, type Take } from "./bucket.js";
import { ThrottleBucketEntity } from "./throttle-bucket.entity.js";
import { type Bucket, type Settlement, type States, settleOne, type ThrottleKeeper, takeAll } from "./throttle-keeper.js";

const parts = { bucket: ThrottleBucketEntity };

/** Keeps buckets in the database: by comparing and setting, and where that meets another attempt at the same by locking them first. */
export class ThrottleBucketRepository implements ThrottleKeeper {
  private readonly making: HotInsert<ThrottleBucketEntity>;
  private readonly storing: HotInsert<ThrottleBucketEntity>;
  private readonly swapping: HotSwap<ThrottleBucketEntity>;
  private readonly byKey: HotLookup<typeof parts>;

  constructor(private readonly database: Database) {
    this.making = new HotInsert(database, ThrottleBucketEntity, ["applicationId"]);
    this.storing = new HotInsert(database, ThrottleBucketEntity, ["count", "windowEndsAt", "blockedUntil", "countedAt"]);
    this.swapping = new HotSwap(database, ThrottleBucketEntity);
    this.byKey = new HotLookup(database, parts, "FROM throttle_buckets bucket", ["bucket.application_id", "bucket.id"], ({ bucket }) => [
      bucket.applicationId,
      bucket.id,
    ]);
  }

  async take(buckets: readonly Bucket[], now: Date): Promise<readonly Take[]> {
    if (!this.database.isInTransaction) {
      const seen = await this.read(buckets);
      const { takes, next } = takeAll(buckets, seen, now);
      if (await this.swap(buckets, seen, next)) return takes;
    }
    return await this.database.transaction(async () => {
      const { takes, next } = takeAll(buckets, await this.lock(buckets, now), now);
      await this.storing.run(rowsOf(buckets, next));
      return takes;
    });
  }

  async settle(settlements: readonly Settlement[], now: Date): Promise<void> {
    const buckets = settlements.map(({ bucket }) => bucket);
    // What is forgotten stays as an empty row until it is purged: whoever saw another state must find that it has changed.
    const settled = (states: States) => settlements.map((one, index) => settleOne(one, states[index] ?? null, now) ?? emptyState(now));
    // While nobody else has counted, all is still as these attempts left it.
    const left = settlements.map(({ taken }) => taken?.after ?? null);
    const isKnown = !left.includes(null) && !this.database.isInTransaction;
    if (isKnown && (await this.swap(buckets, left, settled(left)))) return;
    await this.database.transaction(async () => {
      const states = await this.lock(buckets, now);
      await this.storing.run(rowsOf(buckets, settled(states)));
    });
  }

  async peek({ applicationId, key }: Bucket, now: Date): Promise<BucketState> {
    return (await this.byKey.first([applicationId, key]))?.bucket ?? emptyState(now);
  }

  /** Waits of another day keep nobody out. */
  async voidAll(): Promise<void> {
    await this.database.writing.createQueryBuilder().delete().from(ThrottleBucketEntity).execute();
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(ThrottleBucketEntity, { applicationId });
  }

  /** Removes at most `limit` whose window ended before `instant`; returns how many. */
  async deleteExpired(instant: Date, limit: number): Promise<number> {
    const rows = await this.database.reading
      .getRepository(ThrottleBucketEntity)
      .find({ where: { windowEndsAt: LessThan(instant) }, take: limit, select: { applicationId: true, id: true } });
    for (const { applicationId, id } of rows)
      await this.database.writing.delete(ThrottleBucketEntity, { applicationId, id, windowEndsAt: LessThan(instant) });
    return rows.length;
  }

  private async read(buckets: readonly Bucket[]): Promise<States> {
    const rows = await this.byKey.all(buckets.map(({ applicationId, key }) => [applicationId, key]));
    return rows.map((row) => row?.bucket ?? null);
  }

  /** False when nothing was changed. */
  private async swap(buckets: readonly Bucket[], seen: States, next: readonly BucketState[]): Promise<boolean> {
    const swaps = buckets.flatMap((bucket, index) => {
      const [before, after] = [seen[index] ?? null, next[index] ?? null];
      // What was not there and is not counted needs no row.
      const isUnchanged = after === null || after === before || (before === null && after.count === 0);
      return isUnchanged ? [] : [{ seen: before && rowOf(bucket, before), next: rowOf(bucket, after) }];
    });
    return swaps.length === 0 || (await this.swapping.run(swaps.sort((one, other) => inOrder(one.next, other.next))));
  }

  /** Makes what is missing and locks the rest by one statement that changes nothing; then reads. */
  private async lock(buckets: readonly Bucket[], now: Date): Promise<States> {
    const empty = buckets.map(() => emptyState(now));
    await this.making.run(rowsOf(buckets, empty));
    return await this.read(buckets);
  }
}

const rowOf = ({ applicationId, key }: Bucket, { count, windowEndsAt, blockedUntil, countedAt }: BucketState): ThrottleBucketEntity => ({
  ...{ applicationId, id: key },
  ...{ count, windowEndsAt, blockedUntil, countedAt },
});
/** Everybody locks in the same order. */
const inOrder = (one: ThrottleBucketEntity, other: ThrottleBucketEntity) =>
  one.applicationId + one.id < other.applicationId + other.id ? -1 : 1;
const rowsOf = (buckets: readonly Bucket[], states: readonly BucketState[]) =>
  buckets.flatMap((bucket, index) => (states[index] ? [rowOf(bucket, states[index])] : [])).sort(inOrder);
