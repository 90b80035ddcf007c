import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedInsert } from "../../platform/database/index.js";
import type { Email } from "./email.js";
import { PendingSignUpEntity } from "./pending-sign-up.entity.js";

export class PendingSignUpRepository {
  private readonly preparedUpsert = new PreparedInsert(this.database, PendingSignUpEntity, "all");

  constructor(private readonly database: Database) {}

  async list(applicationId: string, email: Email): Promise<PendingSignUpEntity[]> {
    return await this.database.readManager
      .getRepository(PendingSignUpEntity)
      .find({ where: { applicationId, email }, order: { slot: "ASC" } });
  }

  /** Stores a sign-up in the slot of its ticket. It replaces the previous sign-up of that slot, whose ticket is no longer valid. */
  async put(tx: Transaction, row: PendingSignUpEntity): Promise<void> {
    await this.preparedUpsert.run([row], tx.manager);
  }

  async deleteByHandle(tx: Transaction, applicationId: string, email: Email): Promise<void> {
    await tx.manager.delete(PendingSignUpEntity, { applicationId, email });
  }
}
