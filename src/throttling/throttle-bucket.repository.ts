import { In, LessThan } from "typeorm";
import { type Database, HotLookup, HotUpsert } from "../database/index.js";
import { type BucketState, emptyState, giveOneBack, type Take, takeOne } from "./bucket.js";
import { ThrottleBucketEntity } from "./throttle-bucket.entity.js";
import type { Bucket, ThrottleKeeper } from "./throttle-keeper.js";

const parts = { bucket: ThrottleBucketEntity };

/** Keeps buckets in the database. */
export class ThrottleBucketRepository implements ThrottleKeeper {
  private readonly making: HotUpsert<ThrottleBucketEntity>;
  private readonly storing: HotUpsert<ThrottleBucketEntity>;
  private readonly byKey: HotLookup<typeof parts>;

  constructor(private readonly database: Database) {
    this.making = new HotUpsert(database, ThrottleBucketEntity, ["applicationId"]);
    this.storing = new HotUpsert(database, ThrottleBucketEntity, ["count", "windowEndsAt", "blockedUntil", "countedAt"]);
    this.byKey = new HotLookup(database, parts, "FROM throttle_buckets bucket", ["bucket.application_id", "bucket.id"], ({ bucket }) => [
      bucket.applicationId,
      bucket.id,
    ]);
  }

  async take(buckets: readonly Bucket[], now: Date): Promise<readonly Take[]> {
    return await this.database.transaction(async () => {
      const states = await this.lock(buckets, now);
      const takes = buckets.map((bucket) => takeOne(states.get(bucket.key) ?? emptyState(now), bucket.budget, now));
      const isRefused = takes.some(({ waitSeconds }, index) => waitSeconds > 0 && buckets[index]?.budget.refuses);
      // Refused: nothing is counted, but a clock that was set back is noted.
      const next = takes.map(({ before, after }, index) => [buckets[index]?.key ?? "", isRefused ? before : after] as const);
      await this.store(buckets, new Map(next), now);
      return takes;
    });
  }

  async settle(changes: Parameters<ThrottleKeeper["settle"]>[0], now: Date): Promise<void> {
    const forgotten = changes.filter(({ taken }) => taken === null).map(({ bucket }) => bucket);
    const givenBack = changes.filter(({ taken }) => taken !== null);
    await this.database.transaction(async () => {
      if (givenBack.length > 0) {
        const buckets = givenBack.map(({ bucket }) => bucket);
        const states = await this.lock(buckets, now);
        const next = givenBack.map(
          ({ bucket, taken }) =>
            [bucket.key, giveOneBack(states.get(bucket.key) ?? emptyState(now), bucket.budget, taken as Take)] as const,
        );
        await this.store(buckets, new Map(next), now);
      }
      for (const applicationId of new Set(forgotten.map((bucket) => bucket.applicationId))) {
        const keys = forgotten.filter((bucket) => bucket.applicationId === applicationId).map(({ key }) => key);
        await this.database.writing.delete(ThrottleBucketEntity, { applicationId, id: In(keys) });
      }
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

  /** Makes what is missing and locks the rest by one statement that changes nothing, always in the same order; then reads. */
  private async lock(buckets: readonly Bucket[], now: Date): Promise<Map<string, BucketState>> {
    await this.making.run(inOrder(buckets).map((bucket) => ({ ...emptyState(now), ...idOf(bucket) })));
    const rows = await this.byKey.all(buckets.map(({ applicationId, key }) => [applicationId, key]));
    return new Map(rows.flatMap((row) => (row ? [[row.bucket.id, row.bucket]] : [])));
  }

  private async store(buckets: readonly Bucket[], states: ReadonlyMap<string, BucketState>, now: Date): Promise<void> {
    const stateOf = ({ key }: Bucket) => states.get(key) ?? emptyState(now);
    await this.storing.run(inOrder(buckets).map((bucket) => ({ ...stateOf(bucket), ...idOf(bucket) })));
  }
}

type RowId = Pick<ThrottleBucketEntity, "applicationId" | "id">;
const idOf = ({ applicationId, key }: Bucket): RowId => ({ applicationId, id: key });
const inOrder = (buckets: readonly Bucket[]) => [...buckets].sort((one, other) => compare(idOf(one), idOf(other)));
const compare = (one: RowId, other: RowId) => (one.applicationId + one.id < other.applicationId + other.id ? -1 : 1);
