import { LessThan } from "typeorm";
import { type Database, HotInsert } from "../../platform/database/index.js";
import type { Email } from "./handle.js";
import { PendingSignUpEntity } from "./pending-sign-up.entity.js";

export class PendingSignUpRepository {
  private readonly putting: HotInsert<PendingSignUpEntity>;

  constructor(private readonly database: Database) {
    this.putting = new HotInsert(database, PendingSignUpEntity, "all");
  }

  async list(applicationId: string, email: Email): Promise<PendingSignUpEntity[]> {
    return await this.database.reading.getRepository(PendingSignUpEntity).find({ where: { applicationId, email }, order: { slot: "ASC" } });
  }

  /** Puts a sign-up into the slot of its ticket; the one that had the slot before is gone with its ticket. */
  async put(row: PendingSignUpEntity): Promise<void> {
    await this.putting.run([row]);
  }

  async deleteOfHandle(applicationId: string, email: Email): Promise<void> {
    await this.database.writing.delete(PendingSignUpEntity, { applicationId, email });
  }

  async voidAll(): Promise<void> {
    await this.database.writing.createQueryBuilder().delete().from(PendingSignUpEntity).execute();
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(PendingSignUpEntity, { applicationId });
  }

  /** Removes at most `limit` that expired before `instant`; returns how many. */
  async deleteExpired(instant: Date, limit: number): Promise<number> {
    const rows = await this.database.reading
      .getRepository(PendingSignUpEntity)
      .find({ where: { expiresAt: LessThan(instant) }, take: limit, select: { applicationId: true, email: true, slot: true } });
    for (const { applicationId, email, slot } of rows)
      await this.database.writing.delete(PendingSignUpEntity, { applicationId, email, slot, expiresAt: LessThan(instant) });
    return rows.length;
  }
}
