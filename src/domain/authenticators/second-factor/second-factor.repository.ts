import { In, LessThan, MoreThan } from "typeorm";
import { type Database, PreparedSelect, type Transaction, throwConflictIfDuplicate } from "../../../platform/database/index.js";
import type { UserKey } from "../../users/index.js";
import { SecondFactorEntity } from "./second-factor.entity.js";

export const secondFactorMethods = ["TOTP", "SMS"] as const;
export type SecondFactorMethodName = (typeof secondFactorMethods)[number];
export type SecondFactorState = "ACTIVE" | "PENDING";

type Row = Pick<SecondFactorEntity, "applicationId" | "userId" | "method" | "state" | "id">;
const keyOf = ({ applicationId, userId, method, state, id }: Row) => ({ applicationId, userId, method, state, id });
const BY_USER = `FROM second_factors factor WHERE factor.application_id = ? AND factor.user_id = ? AND factor.state = ?
  ORDER BY factor.enrolled_at, factor.method`;

export class SecondFactorRepository {
  private readonly byUser = new PreparedSelect(this.database, { factor: SecondFactorEntity }, BY_USER);

  constructor(private readonly database: Database) {}

  async find({ applicationId, id }: UserKey, method: SecondFactorMethodName, state: SecondFactorState): Promise<SecondFactorEntity | null> {
    return await this.rows.findOneBy({ applicationId, userId: id, method, state });
  }

  /** Active factors of a user, oldest first. */
  async listActiveByUser({ applicationId, id }: UserKey): Promise<SecondFactorEntity[]> {
    return (await this.byUser.all([applicationId, id, "ACTIVE" satisfies SecondFactorState])).map(({ factor }) => factor);
  }

  /** Active factors of several users. */
  async listActiveByUsers(applicationId: string, userIds: readonly string[]): Promise<SecondFactorEntity[]> {
    return await this.rows.find({
      where: { applicationId, userId: In([...userIds]), state: "ACTIVE" satisfies SecondFactorState },
      order: { enrolledAt: "ASC", method: "ASC" },
    });
  }

  /** Users for whom this method is active, ordered by id, after the id `after`. */
  async listActiveUserIds(applicationId: string, method: SecondFactorMethodName, limit: number, after: string): Promise<string[]> {
    const where = { applicationId, method, state: "ACTIVE" satisfies SecondFactorState, userId: MoreThan(after) };
    return (await this.rows.find({ where, order: { userId: "ASC" }, take: limit })).map(({ userId }) => userId);
  }

  async countActive(applicationId: string, method: SecondFactorMethodName): Promise<number> {
    return await this.rows.countBy({ applicationId, method, state: "ACTIVE" satisfies SecondFactorState });
  }

  /** @throws ConcurrencyConflict when a concurrent transaction inserted a factor of the same method and state */
  async insert(tx: Transaction, row: SecondFactorEntity): Promise<void> {
    await throwConflictIfDuplicate(tx.manager.insert(SecondFactorEntity, row as never));
  }

  async deleteByMethod(
    tx: Transaction,
    { applicationId, id }: UserKey,
    method: SecondFactorMethodName,
    state: SecondFactorState,
  ): Promise<number> {
    const { affected } = await tx.manager.delete(SecondFactorEntity, { applicationId, userId: id, method, state });
    return affected ?? 0;
  }

  /** False when it has been deleted concurrently. */
  async delete(tx: Transaction, row: Row): Promise<boolean> {
    const { affected } = await tx.manager.delete(SecondFactorEntity, keyOf(row));
    return affected === 1;
  }

  async deleteByUser(tx: Transaction, { applicationId, id }: UserKey): Promise<void> {
    await tx.manager.delete(SecondFactorEntity, { applicationId, userId: id });
  }

  /** Counts one attempt to confirm an enrollment; false when no attempts are left or it has expired. */
  async recordEnrollmentAttempt(tx: Transaction, row: Row, maxAttempts: number, now: Date): Promise<boolean> {
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(SecondFactorEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ ...keyOf(row), attempts: LessThan(maxAttempts), expiresAt: MoreThan(now) })
      .execute();
    return affected === 1;
  }

  /** Records a use. With a time step, only if no code of that step or a later one was used; otherwise false. */
  async consumeTotpStep(tx: Transaction, row: Row, step: number | null, lastUsedAt: Date): Promise<boolean> {
    const { affected } = await tx.manager.update(
      SecondFactorEntity,
      { ...keyOf(row), ...(step === null ? {} : { lastStep: LessThan(step) }) },
      { lastUsedAt, ...(step === null ? {} : { lastStep: step }) },
    );
    return affected === 1;
  }

  private get rows() {
    return this.database.readManager.getRepository(SecondFactorEntity);
  }
}
