import { In } from "typeorm";
import type { Database, Transaction } from "../../../platform/database/index.js";
import { RecoveryCodeEntity } from "./recovery-code.entity.js";

export class RecoveryCodeRepository {
  constructor(private readonly database: Database) {}

  async insert(tx: Transaction, rows: readonly RecoveryCodeEntity[]): Promise<void> {
    await tx.manager.insert(RecoveryCodeEntity, rows as never);
  }

  /** Deletes the code with this hash; false when there is none. */
  async delete(tx: Transaction, applicationId: string, userId: string, codeHash: string): Promise<boolean> {
    const { affected } = await tx.manager.delete(RecoveryCodeEntity, { applicationId, userId, codeHash });
    return affected === 1;
  }

  async deleteByUser(tx: Transaction, applicationId: string, userId: string): Promise<void> {
    await tx.manager.delete(RecoveryCodeEntity, { applicationId, userId });
  }

  async exists(applicationId: string, userId: string, codeHash: string): Promise<boolean> {
    return await this.rows.existsBy({ applicationId, userId, codeHash });
  }

  /** Number of unused codes by user, in the order of `userIds`. */
  async countByUsers(applicationId: string, userIds: readonly string[]): Promise<number[]> {
    const rows = await this.rows.find({ where: { applicationId, userId: In([...userIds]) }, select: { userId: true } });
    return userIds.map((id) => rows.filter(({ userId }) => userId === id).length);
  }

  async deleteByApplication(tx: Transaction, applicationId: string): Promise<void> {
    await tx.manager.delete(RecoveryCodeEntity, { applicationId });
  }

  private get rows() {
    return this.database.readManager.getRepository(RecoveryCodeEntity);
  }
}
