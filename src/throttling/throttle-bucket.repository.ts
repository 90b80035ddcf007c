import { LessThan } from "typeorm";
import { type Database, HotInsert, HotLookup, HotSwap } from "../database/index.js";
import { type BucketState, emptyState, giveOneBack, type Take, takeOne } from "./bucket.js";
import { ThrottleBucketEntity } from "./throttle-bucket.entity.js";
import type { Bucket, Settlement, ThrottleKeeper } from "./throttle-keeper.js";

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
    const decide = (states: States) => {
      const takes = buckets.map((bucket) => takeOne(states.get(bucket.key) ?? emptyState(now), bucket.budget, now));
      const isRefused = takes.some(({ waitSeconds }, index) => waitSeconds > 0 && buckets[index]?.budget.refuses);
      // Refused: nothing is counted, but a clock that was set back is noted.
      return { takes, next: takes.map(({ before, after }) => (isRefused ? before : after)) };
    };
    if (!this.database.isInTransaction) {
      const states = await this.read(buckets);
      const { takes, next } = decide(states);
      if (await this.swap(buckets, (bucket) => states.get(bucket.key) ?? null, next)) return takes;
    }
    return await this.database.transaction(async () => {
      const { takes, next } = decide(await this.lock(buckets, now));
      await this.store(buckets, next);
      return takes;
    });
  }

  async settle(settlements: readonly Settlement[], now: Date): Promise<void> {
    if (!this.database.isInTransaction && (await this.settleAsTaken(settlements, now))) return;
    await this.database.transaction(async () => {
      const buckets = settlements.map(({ bucket }) => bucket);
      const states = await this.lock(buckets, now);
      await this.store(
        buckets,
        settlements.map((one) => settled(one, states.get(one.bucket.key), now)),
      );
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

  /** While nobody else has counted, all is still as this attempt left it. */
  private async settleAsTaken(settlements: readonly Settlement[], now: Date): Promise<boolean> {
    if (settlements.some(({ taken }) => taken === null)) return false;
    const left = new Map(settlements.map(({ bucket, taken }) => [bucket.key, taken?.after ?? null]));
    const next = settlements.map((one) => settled(one, one.taken?.after, now));
    return await this.swap(
      settlements.map(({ bucket }) => bucket),
      ({ key }) => left.get(key) ?? null,
      next,
    );
  }

  private async read(buckets: readonly Bucket[]): Promise<States> {
    const rows = await this.byKey.all(buckets.map(({ applicationId, key }) => [applicationId, key]));
    return new Map(rows.flatMap((row) => (row ? [[row.bucket.id, row.bucket]] : [])));
  }

  /** False when nothing was changed. */
  private async swap(
    buckets: readonly Bucket[],
    seenOf: (bucket: Bucket) => BucketState | null,
    next: readonly BucketState[],
  ): Promise<boolean> {
    const swaps = buckets.flatMap((bucket, index) => {
      const [seen, state] = [seenOf(bucket), next[index] ?? null];
      // What was not there and is not counted needs no row.
      const isUnchanged = state === seen || (seen === null && state?.count === 0);
      return state === null || isUnchanged ? [] : [{ bucket, seen: seen && rowOf(bucket, seen), next: rowOf(bucket, state) }];
    });
    if (swaps.length === 0) return true;
    return await this.swapping.run(inOrder(swaps));
  }

  /** Makes what is missing and locks the rest by one statement that changes nothing, always in the same order; then reads. */
  private async lock(buckets: readonly Bucket[], now: Date): Promise<States> {
    await this.making.run(inOrder(buckets.map((bucket) => ({ bucket }))).map(({ bucket }) => rowOf(bucket, emptyState(now))));
    return await this.read(buckets);
  }

  private async store(buckets: readonly Bucket[], states: readonly BucketState[]): Promise<void> {
    const rows = buckets.flatMap((bucket, index) => (states[index] ? [{ bucket, state: states[index] }] : []));
    await this.storing.run(inOrder(rows).map(({ bucket, state }) => rowOf(bucket, state)));
  }
}

/** What is forgotten stays as an empty row until it is purged: whoever saw another state must find that it has changed. */
const settled = ({ bucket, kind, taken }: Settlement, state: BucketState | undefined, now: Date): BucketState =>
  kind === "forget" ? emptyState(now) : giveOneBack(state ?? emptyState(now), bucket.budget, taken);
type States = ReadonlyMap<string, BucketState>;
const rowOf = ({ applicationId, key }: Bucket, { count, windowEndsAt, blockedUntil, countedAt }: BucketState): ThrottleBucketEntity => ({
  ...{ applicationId, id: key },
  ...{ count, windowEndsAt, blockedUntil, countedAt },
});
/** Everybody locks in the same order. */
const inOrder = <Item extends { readonly bucket: Bucket }>(items: readonly Item[]) =>
  [...items].sort(({ bucket: one }, { bucket: other }) => (one.applicationId + one.key < other.applicationId + other.key ? -1 : 1));
