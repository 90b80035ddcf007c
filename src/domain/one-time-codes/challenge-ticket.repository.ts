import { LessThan, MoreThan } from "typeorm";
import { type Database, HotChange, HotInsert, HotRead, isUniqueViolation, StalePremise } from "../../platform/database/index.js";
import type { ChallengeKey } from "./challenge.repository.js";
import { ChallengeTicketEntity } from "./challenge-ticket.entity.js";

const parts = { ticket: ChallengeTicketEntity };

export class ChallengeTicketRepository {
  private readonly inserting: HotInsert<ChallengeTicketEntity>;
  private readonly ofChallenge: HotRead<typeof parts>;
  private readonly attempts: HotChange<ChallengeTicketEntity, "attempts", keyof ChallengeKey>;

  constructor(private readonly database: Database) {
    this.inserting = new HotInsert(database, ChallengeTicketEntity);
    const condition = "ticket.application_id = ? AND ticket.purpose = ? AND ticket.binding_hash = ?";
    this.ofChallenge = new HotRead(database, parts, `FROM challenge_tickets ticket WHERE ${condition} ORDER BY ticket.slot`);
    this.attempts = new HotChange(database, ChallengeTicketEntity, ["attempts"], ["applicationId", "purpose", "bindingHash"]);
  }

  /** All tickets of a challenge, in order of their slots. */
  async list(key: ChallengeKey): Promise<ChallengeTicketEntity[]> {
    const rows = await this.ofChallenge.all([key.applicationId, key.purpose, key.bindingHash]);
    return rows.map(({ ticket }) => ticket);
  }

  /** @throws StalePremise when the slot was taken meanwhile */
  async insert(row: ChallengeTicketEntity): Promise<void> {
    try {
      await this.inserting.run([row]);
    } catch (error) {
      throw isUniqueViolation(error) ? new StalePremise() : error;
    }
  }

  /** Frees the slot of the ticket that was read. @throws StalePremise when another took it meanwhile */
  async remove({ applicationId, purpose, bindingHash, slot, ticketHash }: ChallengeTicketEntity): Promise<void> {
    const { affected } = await this.database.writing.delete(ChallengeTicketEntity, {
      applicationId,
      purpose,
      bindingHash,
      slot,
      ticketHash,
    });
    if (affected !== 1) throw new StalePremise();
  }

  /** Counts one attempt; false when the ticket's attempts are spent or it has expired. */
  async countAttempt(
    { applicationId, purpose, bindingHash, slot, ticketHash }: ChallengeTicketEntity,
    maximum: number,
    now: Date,
  ): Promise<boolean> {
    const { affected } = await this.database.writing
      .createQueryBuilder()
      .update(ChallengeTicketEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ applicationId, purpose, bindingHash, slot, ticketHash, attempts: LessThan(maximum), expiresAt: MoreThan(now) })
      .execute();
    return affected === 1;
  }

  /** Takes one attempt of the ticket in this slot back. */
  async giveBackAttempt(key: ChallengeKey, slot: number): Promise<void> {
    await this.database.writing
      .createQueryBuilder()
      .update(ChallengeTicketEntity)
      .set({ attempts: () => "attempts - 1" })
      .where({ ...key, slot, attempts: MoreThan(0) })
      .execute();
  }

  /** A new code gives every ticket its attempts again. */
  async resetAttempts(key: ChallengeKey): Promise<void> {
    await this.attempts.run(key, { attempts: 0 });
  }

  async deleteOfChallenge(key: ChallengeKey): Promise<void> {
    await this.database.writing.delete(ChallengeTicketEntity, key);
  }

  async voidAll(): Promise<void> {
    await this.database.writing.createQueryBuilder().delete().from(ChallengeTicketEntity).execute();
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.database.writing.delete(ChallengeTicketEntity, { applicationId });
  }

  /** Removes at most `limit` that expired before `instant`; returns how many. */
  async deleteExpired(instant: Date, limit: number): Promise<number> {
    const rows = await this.database.reading
      .getRepository(ChallengeTicketEntity)
      .find({ where: { expiresAt: LessThan(instant) }, take: limit });
    for (const { applicationId, purpose, bindingHash, slot } of rows)
      await this.database.writing.delete(ChallengeTicketEntity, {
        applicationId,
        purpose,
        bindingHash,
        slot,
        expiresAt: LessThan(instant),
      });
    return rows.length;
  }
}
