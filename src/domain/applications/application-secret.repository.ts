import { Like, Not } from "typeorm";
import type { Database, Transaction } from "../../platform/database/index.js";
import { ApplicationSecretEntity } from "./application-secret.entity.js";

export class ApplicationSecretRepository {
  constructor(private readonly database: Database) {}

  async find(applicationId: string, name: string): Promise<ApplicationSecretEntity | null> {
    return await this.database.readManager.getRepository(ApplicationSecretEntity).findOneBy({ applicationId, name });
  }

  async put(tx: Transaction, row: ApplicationSecretEntity): Promise<void> {
    await this.delete(tx, row.applicationId, row.name);
    await tx.manager.insert(ApplicationSecretEntity, row as never);
  }

  async delete(tx: Transaction, applicationId: string, name: string): Promise<void> {
    await tx.manager.delete(ApplicationSecretEntity, { applicationId, name });
  }

  async deleteByApplication(tx: Transaction, applicationId: string): Promise<void> {
    await tx.manager.delete(ApplicationSecretEntity, { applicationId });
  }

  /** Secrets sealed under another master key than today's, at most `limit`. */
  async listEncryptedWithOtherKey(currentPrefix: string, limit: number): Promise<ApplicationSecretEntity[]> {
    return await this.database.readManager
      .getRepository(ApplicationSecretEntity)
      .find({ where: { valueSealed: Not(Like(`${currentPrefix}%`)) }, take: limit });
  }

  /** Puts a newly sealed value in the place of the one that was read, unless it was changed meanwhile. */
  async replaceEncrypted(tx: Transaction, { applicationId, name, valueSealed }: ApplicationSecretEntity, next: string): Promise<void> {
    await tx.manager.update(ApplicationSecretEntity, { applicationId, name, valueSealed }, { valueSealed: next });
  }
}
