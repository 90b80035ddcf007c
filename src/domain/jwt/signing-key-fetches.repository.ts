import { MoreThanOrEqual } from "typeorm";
import { addSeconds, type Clock } from "../../platform/clock.js";
import { type Database, PreparedInsert } from "../../platform/database/index.js";
import { PeriodicWrites } from "../../platform/periodic-writes.js";
import { SigningKeyFetchEntity } from "./signing-key-fetch.entity.js";

const DAY_SECONDS = 86_400;
const COUNTED_DAYS = 30;

/** Records on which days the PEM of a key was fetched: an indication that verifiers have it installed manually. */
export class SigningKeyFetches {
  private readonly preparedInsert: PreparedInsert<SigningKeyFetchEntity>;
  private readonly writes: PeriodicWrites;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    // Another process may have recorded the same day.
    this.preparedInsert = new PreparedInsert(database, SigningKeyFetchEntity, ["fetchedAt"]);
    this.writes = new PeriodicWrites(database, clock, "day");
  }

  /** Writes at most once per key, day and process, and not as part of the request. */
  record(applicationId: string, keyId: string): void {
    this.writes.request(`${applicationId}/${keyId}`, null, async (fetchedAt) => {
      const row = { applicationId, keyId, fetchedOn: fetchedAt.toISOString().slice(0, 10), fetchedAt };
      await this.database.autocommit((manager) => this.preparedInsert.run([row], manager));
    });
  }

  /** The number of the last 30 days, today included, on which a PEM of the application was fetched. */
  async countDays(applicationId: string): Promise<number> {
    const since = addSeconds(this.clock.now(), -COUNTED_DAYS * DAY_SECONDS);
    const rows = await this.fetches.findBy({ applicationId, fetchedAt: MoreThanOrEqual(since) });
    return new Set(rows.map(({ fetchedOn }) => fetchedOn)).size;
  }

  /** The last day, e.g. 2026-11-28, on which the PEM of each key was fetched. */
  async findLastDays(applicationId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.fetches.find({ where: { applicationId }, order: { fetchedOn: "ASC" } });
    return new Map(rows.map(({ keyId, fetchedOn }) => [keyId, fetchedOn]));
  }

  private get fetches() {
    return this.database.readManager.getRepository(SigningKeyFetchEntity);
  }
}
