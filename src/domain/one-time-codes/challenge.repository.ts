import { IsNull, LessThan, MoreThan } from "typeorm";
import {
  ConcurrencyConflict,
  type Database,
  PreparedInsert,
  PreparedSelect,
  type Transaction,
  throwConflictIfDuplicate,
} from "../../platform/database/index.js";
import { ChallengeEntity } from "./challenge.entity.js";

export type ChallengeKey = Pick<ChallengeEntity, "applicationId" | "purpose" | "bindingHash">;

const selection = { challenge: ChallengeEntity };

export class ChallengeRepository {
  private readonly preparedInsert: PreparedInsert<ChallengeEntity>;
  private readonly byKey: PreparedSelect<typeof selection>;

  constructor(private readonly database: Database) {
    this.preparedInsert = new PreparedInsert(database, ChallengeEntity);
    const condition = "challenge.application_id = ? AND challenge.purpose = ? AND challenge.binding_hash = ?";
    this.byKey = new PreparedSelect(database, selection, `FROM challenges challenge WHERE ${condition}`);
  }

  async find(key: ChallengeKey): Promise<ChallengeEntity | null> {
    return (await this.byKey.first([key.applicationId, key.purpose, key.bindingHash]))?.challenge ?? null;
  }

  /** @throws StalePremise when another transaction made it first */
  async insert(tx: Transaction, row: ChallengeEntity): Promise<void> {
    await throwConflictIfDuplicate(this.preparedInsert.run([row], tx.manager));
  }

  /** Puts `next` in the place of the generation that was read. @throws StalePremise when it is gone or consumed meanwhile */
  async replace(tx: Transaction, key: ChallengeKey, expected: ChallengeEntity, next: Partial<ChallengeEntity>): Promise<void> {
    const { affected } = await tx.manager.update(
      ChallengeEntity,
      { ...key, generation: expected.generation, consumedAt: expected.consumedAt ?? IsNull() },
      next as never,
    );
    if (affected !== 1) throw new ConcurrencyConflict();
  }

  /** Counts one attempt; false when there is no live code or its attempts are spent. */
  async recordCodeAttempt(tx: Transaction, key: ChallengeKey, maxAttempts: number, now: Date): Promise<boolean> {
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(ChallengeEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ ...key, attempts: LessThan(maxAttempts), expiresAt: MoreThan(now), consumedAt: IsNull() })
      .execute();
    return affected === 1;
  }

  /** Takes one attempt back, unless a newer code took its place. */
  async refundCodeAttempt(tx: Transaction, key: ChallengeKey, generation: string): Promise<void> {
    await tx.manager
      .createQueryBuilder()
      .update(ChallengeEntity)
      .set({ attempts: () => "attempts - 1" })
      .where({ ...key, generation, attempts: MoreThan(0) })
      .execute();
  }

  /** The challenge whose link token has this hash. */
  async findByLink(applicationId: string, linkHash: string): Promise<ChallengeEntity | null> {
    return await this.database.readManager.getRepository(ChallengeEntity).findOneBy({ applicationId, linkHash });
  }

  /** Marks it used; false when somebody else was first, it expired or a newer code took its place. */
  async consume(tx: Transaction, key: ChallengeKey, generation: string, method: "code" | "link", now: Date): Promise<boolean> {
    const unexpired = method === "code" ? { expiresAt: MoreThan(now) } : { linkExpiresAt: MoreThan(now) };
    const { affected } = await tx.manager.update(
      ChallengeEntity,
      { ...key, generation, consumedAt: IsNull(), ...unexpired },
      { consumedAt: now },
    );
    return affected === 1;
  }

  /** Marks the challenge of a token used; false when somebody else was first, it expired or a newer one took its place. */
  async consumeToken(tx: Transaction, key: ChallengeKey, linkHash: string, now: Date): Promise<boolean> {
    const { affected } = await tx.manager.update(
      ChallengeEntity,
      { ...key, linkHash, consumedAt: IsNull(), expiresAt: MoreThan(now) },
      { consumedAt: now },
    );
    return affected === 1;
  }

  async delete(tx: Transaction, key: ChallengeKey): Promise<void> {
    await tx.manager.delete(ChallengeEntity, key);
  }
}
