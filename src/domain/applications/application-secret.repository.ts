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

  /** At most `limit` secrets that are not encrypted under the current master key. */
  async listEncryptedWithOtherKey(currentPrefix: string, limit: number): Promise<ApplicationSecretEntity[]> {
    return await this.database.readManager
      .getRepository(ApplicationSecretEntity)
      .find({ where: { valueSealed: Not(Like(`${currentPrefix}%`)) }, take: limit });
  }

  /** Stores a re-encrypted value, unless the secret has changed since it was read. */
  async replaceEncrypted(tx: Transaction, { applicationId, name, valueSealed }: ApplicationSecretEntity, next: string): Promise<void> {
    await tx.manager.update(ApplicationSecretEntity, { applicationId, name, valueSealed }, { valueSealed: next });
  }
}
