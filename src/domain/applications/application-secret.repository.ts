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
}
