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

const BY_KEY = "FROM challenges challenge WHERE challenge.application_id = ? AND challenge.purpose = ? AND challenge.binding_hash = ?";

export class ChallengeRepository {
  private readonly preparedInsert = new PreparedInsert(this.database, ChallengeEntity);
  private readonly byKey = new PreparedSelect(this.database, { challenge: ChallengeEntity }, BY_KEY);

  constructor(private readonly database: Database) {}

  async find(key: ChallengeKey): Promise<ChallengeEntity | null> {
    return (await this.byKey.first([key.applicationId, key.purpose, key.bindingHash]))?.challenge ?? null;
  }

  /** @throws ConcurrencyConflict when another transaction inserted it first */
  async insert(tx: Transaction, row: ChallengeEntity): Promise<void> {
    await throwConflictIfDuplicate(this.preparedInsert.run([row], tx.manager));
  }

  /** Replaces the generation that was read. @throws ConcurrencyConflict when it was replaced, deleted or consumed meanwhile */
  async replace(tx: Transaction, key: ChallengeKey, expected: ChallengeEntity, next: Partial<ChallengeEntity>): Promise<void> {
    const { affected } = await tx.manager.update(
      ChallengeEntity,
      { ...key, generation: expected.generation, consumedAt: expected.consumedAt ?? IsNull() },
      next as never,
    );
    if (affected !== 1) throw new ConcurrencyConflict();
  }

  /** Counts one attempt; false when there is no live code or its attempts are exhausted. */
  async recordCodeAttempt(tx: Transaction, key: ChallengeKey, maxAttempts: number, now: Date): Promise<boolean> {
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(ChallengeEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ ...key, attempts: LessThan(maxAttempts), expiresAt: MoreThan(now), consumedAt: IsNull() })
      .execute();
    return affected === 1;
  }

  /** Refunds one attempt, unless a newer code has replaced the code. */
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

  /** Marks the challenge as consumed; false when it was already consumed, expired or replaced. */
  async consume(tx: Transaction, key: ChallengeKey, generation: string, method: "code" | "link", now: Date): Promise<boolean> {
    const unexpired = method === "code" ? { expiresAt: MoreThan(now) } : { linkExpiresAt: MoreThan(now) };
    const { affected } = await tx.manager.update(
      ChallengeEntity,
      { ...key, generation, consumedAt: IsNull(), ...unexpired },
      { consumedAt: now },
    );
    return affected === 1;
  }

  /** Marks the challenge of a token as consumed; false when it was already consumed, expired or replaced. */
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
