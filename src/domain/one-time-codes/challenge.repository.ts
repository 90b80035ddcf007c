import { IsNull, LessThan, MoreThan } from "typeorm";
import { type Database, HotInsert, HotRead, isUniqueViolation, StalePremise } from "../../platform/database/index.js";
import { ChallengeEntity } from "./challenge.entity.js";

export type ChallengeKey = Pick<ChallengeEntity, "applicationId" | "purpose" | "bindingHash">;

const parts = { challenge: ChallengeEntity };

export class ChallengeRepository {
  private readonly inserting: HotInsert<ChallengeEntity>;
  private readonly byKey: HotRead<typeof parts>;

  constructor(private readonly database: Database) {
    this.inserting = new HotInsert(database, ChallengeEntity);
    const condition = "challenge.application_id = ? AND challenge.purpose = ? AND challenge.binding_hash = ?";
    this.byKey = new HotRead(database, parts, `FROM challenges challenge WHERE ${condition}`);
  }

  async find(key: ChallengeKey): Promise<ChallengeEntity | null> {
    return (await this.byKey.first([key.applicationId, key.purpose, key.bindingHash]))?.challenge ?? null;
  }

  /** @throws StalePremise when another transaction made it first */
  async insert(row: ChallengeEntity): Promise<void> {
    try {
      await this.inserting.run([row]);
    } catch (error) {
      throw isUniqueViolation(error) ? new StalePremise() : error;
    }
  }

  /** Puts `next` in the place of the generation that was read. @throws StalePremise when it is gone or consumed meanwhile */
  async replace(key: ChallengeKey, seen: ChallengeEntity, next: Partial<ChallengeEntity>): Promise<void> {
    const { affected } = await this.database.writing.update(
      ChallengeEntity,
      { ...key, generation: seen.generation, consumedAt: seen.consumedAt ?? IsNull() },
      next as never,
    );
    if (affected !== 1) throw new StalePremise();
  }

  /** Counts one attempt; false when there is no live code or its attempts are spent. */
  async countAttempt(key: ChallengeKey, maximum: number, now: Date): Promise<boolean> {
    const { affected } = await this.database.writing
      .createQueryBuilder()
      .update(ChallengeEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ ...key, attempts: LessThan(maximum), expiresAt: MoreThan(now), consumedAt: IsNull() })
      .execute();
    return affected === 1;
  }

  /** Takes one attempt back, unless a newer code took its place. */
  async giveBackAttempt(key: ChallengeKey, generation: string): Promise<void> {
    await this.database.writing
      .createQueryBuilder()
      .update(ChallengeEntity)
      .set({ attempts: () => "attempts - 1" })
      .where({ ...key, generation, attempts: MoreThan(0) })
      .execute();
  }

  /** The challenge whose link token has this hash. */
  async findByLink(applicationId: string, linkHash: string): Promise<ChallengeEntity | null> {
    return await this.database.reading.getRepository(ChallengeEntity).findOneBy({ applicationId, linkHash });
  }

  /** Marks it used; false when somebody else was first, it expired or a newer code took its place. */
  async consume(key: ChallengeKey, generation: string, proof: "code" | "link", now: Date): Promise<boolean> {
    const live = proof === "code" ? { expiresAt: MoreThan(now) } : { linkExpiresAt: MoreThan(now) };
    const { affected } = await this.database.writing.update(
      ChallengeEntity,
      { ...key, generation, consumedAt: IsNull(), ...live },
      { consumedAt: now },
    );
    return affected === 1;
  }

  /** Marks the challenge of a token used; false when somebody else was first, it expired or a newer one took its place. */
  async consumeToken(key: ChallengeKey, linkHash: string, now: Date): Promise<boolean> {
    const { affected } = await this.database.writing.update(
      ChallengeEntity,
      { ...key, linkHash, consumedAt: IsNull(), expiresAt: MoreThan(now) },
      { consumedAt: now },
    );
    return affected === 1;
  }

  async delete(key: ChallengeKey): Promise<void> {
    await this.database.writing.delete(ChallengeEntity, key);
  }

  async voidAll(): Promise<void> {
    await this.database.writing.createQueryBuilder().delete().from(ChallengeEntity).execute();
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(ChallengeEntity, { applicationId });
  }

  /** Removes at most `limit` that expired before `instant`; returns how many. */
  async deleteExpired(instant: Date, limit: number): Promise<number> {
    const rows = await this.database.reading
      .getRepository(ChallengeEntity)
      .find({ where: { keptUntil: LessThan(instant) }, take: limit, select: { applicationId: true, purpose: true, bindingHash: true } });
    for (const { applicationId, purpose, bindingHash } of rows)
      await this.database.writing.delete(ChallengeEntity, { applicationId, purpose, bindingHash, keptUntil: LessThan(instant) });
    return rows.length;
  }
}
