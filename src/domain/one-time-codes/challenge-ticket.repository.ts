import { LessThan, MoreThan } from "typeorm";
import {
  ConcurrencyConflict,
  type Database,
  PreparedInsert,
  PreparedSelect,
  PreparedUpdate,
  type Transaction,
  throwConflictIfDuplicate,
} from "../../platform/database/index.js";
import type { ChallengeKey } from "./challenge.repository.js";
import { ChallengeTicketEntity } from "./challenge-ticket.entity.js";

const CONDITION = "ticket.application_id = ? AND ticket.purpose = ? AND ticket.binding_hash = ?";
const BY_CHALLENGE = `FROM challenge_tickets ticket WHERE ${CONDITION} ORDER BY ticket.slot`;
const challengeKey = ["applicationId", "purpose", "bindingHash"] as const;

export class ChallengeTicketRepository {
  private readonly preparedInsert = new PreparedInsert(this.database, ChallengeTicketEntity);
  private readonly byChallenge = new PreparedSelect(this.database, { ticket: ChallengeTicketEntity }, BY_CHALLENGE);
  private readonly preparedAttemptsReset = new PreparedUpdate(this.database, ChallengeTicketEntity, ["attempts"], challengeKey);

  constructor(private readonly database: Database) {}

  /** All tickets of a challenge, ordered by slot. */
  async list(key: ChallengeKey): Promise<ChallengeTicketEntity[]> {
    const rows = await this.byChallenge.all([key.applicationId, key.purpose, key.bindingHash]);
    return rows.map(({ ticket }) => ticket);
  }

  /** @throws ConcurrencyConflict when the slot is already taken */
  async insert(tx: Transaction, row: ChallengeTicketEntity): Promise<void> {
    await throwConflictIfDuplicate(this.preparedInsert.run([row], tx.manager));
  }

  /** Frees the slot of the ticket that was read. @throws ConcurrencyConflict when the slot no longer holds it */
  async delete(tx: Transaction, { applicationId, purpose, bindingHash, slot, ticketHash }: ChallengeTicketEntity): Promise<void> {
    const { affected } = await tx.manager.delete(ChallengeTicketEntity, { applicationId, purpose, bindingHash, slot, ticketHash });
    if (affected !== 1) throw new ConcurrencyConflict();
  }

  /** Counts one attempt; false when the ticket's attempts are exhausted or it has expired. */
  async recordTicketAttempt(
    tx: Transaction,
    { applicationId, purpose, bindingHash, slot, ticketHash }: ChallengeTicketEntity,
    maxAttempts: number,
    now: Date,
  ): Promise<boolean> {
    const { affected } = await tx.manager
      .createQueryBuilder()
      .update(ChallengeTicketEntity)
      .set({ attempts: () => "attempts + 1" })
      .where({ applicationId, purpose, bindingHash, slot, ticketHash, attempts: LessThan(maxAttempts), expiresAt: MoreThan(now) })
      .execute();
    return affected === 1;
  }

  /** Refunds one attempt of the ticket in this slot. */
  async refundTicketAttempt(tx: Transaction, key: ChallengeKey, slot: number): Promise<void> {
    await tx.manager
      .createQueryBuilder()
      .update(ChallengeTicketEntity)
      .set({ attempts: () => "attempts - 1" })
      .where({ ...key, slot, attempts: MoreThan(0) })
      .execute();
  }

  /** Resets the attempts of every ticket after a new code was issued. */
  async resetAttempts(tx: Transaction, key: ChallengeKey): Promise<void> {
    await this.preparedAttemptsReset.run(key, { attempts: 0 }, tx.manager);
  }

  async deleteByChallenge(tx: Transaction, key: ChallengeKey): Promise<void> {
    await tx.manager.delete(ChallengeTicketEntity, key);
  }
}
