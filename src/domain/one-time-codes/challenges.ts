import { addSeconds, type Clock } from "../../platform/clock.js";
import { equalsInConstantTime, hashToken, type Keyring, randomDigits, randomId, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { CodeSubject } from "../rate-limiting/index.js";
import type { ChallengeEntity } from "./challenge.entity.js";
import type { ChallengeKey, ChallengeRepository } from "./challenge.repository.js";
import type { ChallengeTicketRepository } from "./challenge-ticket.repository.js";

export type ChallengePurpose = "SIGN_UP" | "PASSWORD_RESET" | "HANDLE_CHANGE" | "INVITATION" | "PHONE" | "SECOND_FACTOR";

/** Identifies a challenge: a code is valid only for its application, purpose and binding. */
export interface ChallengeSubject extends CodeSubject {
  readonly purpose: ChallengePurpose;
}

export interface IssueOptions {
  readonly digits: number;
  readonly ttlSeconds: number;
  /** False for a handle that must not receive a code: the challenge looks the same, but no code is returned. */
  readonly isDeliverable: boolean;
  /** Lifetime of a link token to send with the code; omitted for no link. */
  readonly linkTtlSeconds?: number;
  /** Stored with the code and returned on verification. */
  readonly detail?: string;
}
export interface IssuedChallenge {
  /** The code to send; null when nothing must be sent (in the cool-down, or `isDeliverable` is false). */
  readonly code: string | null;
  /** The link token to send; null when `code` is null or no link was requested. */
  readonly link: string | null;
  readonly expiresAt: Date;
  readonly linkExpiresAt: Date | null;
  readonly resendAvailableAt: Date;
  /** False in the cool-down, when the existing challenge is unchanged. */
  readonly isNew: boolean;
}
export interface LiveChallenge extends Pick<IssuedChallenge, "expiresAt" | "resendAvailableAt"> {
  readonly detail: string | null;
}
/** A ticket and its slot. The slot is null when all slots are protected; the ticket is then not stored. */
export interface OpenedTicket {
  readonly ticket: string;
  readonly slot: number | null;
}
/** A correct code, not consumed yet: consume it in the transaction of its effect. */
export interface VerifiedChallenge {
  readonly key: ChallengeKey;
  readonly generation: string;
  readonly method: "code" | "link";
  /** Slot of the ticket that came with the code; null without a valid one. */
  readonly slot: number | null;
  readonly detail: string | null;
}

/** A valid link token, not consumed yet. */
export interface VerifiedLink extends VerifiedChallenge {
  readonly purpose: ChallengePurpose;
}

/** Seconds during which a further request neither sends nor replaces the code. */
export const RESEND_COOLDOWN_SECONDS = 60;
/** Maximum number of attempts per ticket, and of all attempts without a ticket together. Correct codes count as attempts too. */
export const MAX_CODE_ATTEMPTS = 5;
/** Maximum number of tickets of one challenge. */
export const MAX_TICKETS_PER_CHALLENGE = 5;
/** Seconds during which a newer ticket cannot replace a ticket, so that the earlier request can be completed. */
const SLOT_PROTECTION_SECONDS = 900;

/** One-time codes: attempts are counted before comparison. Tickets separate the attempts of several requests for one handle. */
export class Challenges {
  constructor(
    private readonly repository: ChallengeRepository,
    private readonly tickets: ChallengeTicketRepository,
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Issues the only live code of the subject, or keeps the existing one in the cool-down. */
  async issue(
    tx: Transaction,
    subject: ChallengeSubject,
    { digits, ttlSeconds, linkTtlSeconds, isDeliverable, detail }: IssueOptions,
  ): Promise<IssuedChallenge> {
    const key = keyOf(subject);
    const now = this.clock.now();
    const existing = await this.repository.find(key);
    const isCoolingDown = existing !== null && isLive(existing, now) && addSeconds(existing.issuedAt, RESEND_COOLDOWN_SECONDS) > now;
    if (isCoolingDown && (existing.sentAt !== null || !isDeliverable)) return { ...toIssuedChallenge(existing, null, null), isNew: false };
    const generation = randomId();
    const code = randomDigits(digits);
    const codeHash = this.hash(key, generation, code);
    // A code that was not sent is replaced in the cool-down with the same times, which must not reveal whether a code was sent.
    const issuedAt = isCoolingDown ? existing.issuedAt : now;
    const expiresAt = isCoolingDown ? existing.expiresAt : addSeconds(now, ttlSeconds);
    const link = linkTtlSeconds === undefined ? null : randomToken();
    const linkExpiresAt = linkTtlSeconds === undefined ? null : addSeconds(issuedAt, linkTtlSeconds);
    const row = {
      ...key,
      issuedAt,
      expiresAt,
      linkHash: link && hashToken(link),
      linkExpiresAt,
      keptUntil: linkExpiresAt && linkExpiresAt > expiresAt ? linkExpiresAt : expiresAt,
      generation,
      codeHash,
      attempts: 0,
      sentAt: isDeliverable ? now : null,
      consumedAt: null,
      detail: detail ?? null,
    };
    if (existing) {
      await this.repository.replace(tx, key, existing, row);
      await this.tickets.resetAttempts(tx, key);
    } else await this.repository.insert(tx, row);
    return { ...toIssuedChallenge(row, isDeliverable ? code : null, isDeliverable ? link : null), isNew: true };
  }

  /**
   * Opens a ticket (256 bits). When all slots are protected, the ticket is not stored: further requests can neither replace tickets nor
   * gain attempts.
   */
  async openTicket(tx: Transaction, subject: ChallengeSubject, ttlSeconds: number): Promise<OpenedTicket> {
    const key = keyOf(subject);
    const now = this.clock.now();
    const ticket = randomToken();
    const taken = await this.tickets.list(key);
    const free = Array.from({ length: MAX_TICKETS_PER_CHALLENGE }, (_, slot) => slot).find(
      (slot) => !taken.some((row) => row.slot === slot),
    );
    const oldest = taken.reduce((a, b) => (b.createdAt < a.createdAt ? b : a), taken[0] as (typeof taken)[number]);
    const isReplaceable = oldest && (oldest.expiresAt <= now || addSeconds(oldest.createdAt, SLOT_PROTECTION_SECONDS) <= now);
    const slot = free ?? (isReplaceable ? oldest.slot : null);
    if (slot === null) return { ticket, slot };
    if (free === undefined && oldest) await this.tickets.delete(tx, oldest);
    const expiresAt = addSeconds(now, ttlSeconds);
    await this.tickets.insert(tx, { ...key, slot, ticketHash: hashToken(ticket), attempts: 0, createdAt: now, expiresAt });
    return { ticket, slot };
  }

  /** True when a further request would neither send nor replace the code. */
  async isCoolingDown(subject: ChallengeSubject): Promise<boolean> {
    const row = await this.repository.find(keyOf(subject));
    const now = this.clock.now();
    return row !== null && isLive(row, now) && addSeconds(row.issuedAt, RESEND_COOLDOWN_SECONDS) > now;
  }

  /** Times and detail of the subject's live code; null without one. */
  async findLive(subject: ChallengeSubject): Promise<LiveChallenge | null> {
    const row = await this.repository.find(keyOf(subject));
    const now = this.clock.now();
    return row !== null && isLive(row, now) ? { ...toIssuedChallenge(row, null, null), detail: row.detail } : null;
  }

  /** The hash of a valid ticket of this subject; null for any other value. */
  async findTicket(subject: ChallengeSubject, ticket: string | null): Promise<string | null> {
    const now = this.clock.now();
    const hash = hashToken(ticket ?? "");
    const held = (await this.tickets.list(keyOf(subject))).find((row) => equalsInConstantTime(row.ticketHash, hash) && row.expiresAt > now);
    return held ? hash : null;
  }

  /**
   * Counts one attempt before comparing and commits the count in every case. With a valid ticket the attempt is counted for that ticket,
   * so that guesses by other clients cannot exhaust it. Null when the code is rejected for any reason.
   */
  async verify(subject: ChallengeSubject, code: string, ticket: string | null): Promise<VerifiedChallenge | null> {
    const key = keyOf(subject);
    return await this.database.transaction(async (tx) => {
      const now = this.clock.now();
      const ticketHash = hashToken(ticket ?? "");
      const held = (await this.tickets.list(key)).find((row) => equalsInConstantTime(row.ticketHash, ticketHash) && row.expiresAt > now);
      const isCounted = held
        ? await this.tickets.recordTicketAttempt(tx, held, MAX_CODE_ATTEMPTS, now)
        : await this.repository.recordCodeAttempt(tx, key, MAX_CODE_ATTEMPTS, now);
      const row = await this.repository.find(key);
      const isRight = equalsInConstantTime(this.hash(key, row?.generation ?? "", code), row?.codeHash ?? "");
      if (!isCounted || !row || !isRight || row.sentAt === null || !isLive(row, now)) return null;
      return { key, generation: row.generation, method: "code", slot: held?.slot ?? null, detail: row.detail };
    });
  }

  /** Verifies a link token without consuming it; null when it is unknown, consumed, expired or replaced. */
  async verifyLink(applicationId: string, token: string): Promise<VerifiedLink | null> {
    if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null;
    const row = await this.repository.findByLink(applicationId, hashToken(token));
    const now = this.clock.now();
    if (!row || row.sentAt === null || row.consumedAt !== null || !row.linkExpiresAt || row.linkExpiresAt <= now) return null;
    const { purpose, bindingHash, generation, detail } = row;
    return {
      purpose: purpose as ChallengePurpose,
      key: { applicationId, purpose, bindingHash },
      generation,
      method: "link",
      slot: null,
      detail,
    };
  }

  /** Runs the effect of a correct code. When it throws, the attempt is refunded, because the failure is the server's. */
  async refundAttemptOnError<T>(verified: VerifiedChallenge, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { key, generation, slot, method } = verified;
      if (method === "link") throw error;
      const refund = async (tx: Transaction) =>
        slot === null
          ? await this.repository.refundCodeAttempt(tx, key, generation)
          : await this.tickets.refundTicketAttempt(tx, key, slot);
      // The caller must receive the original error.
      await this.database.transaction(refund).catch(() => {});
      throw error;
    }
  }

  /** Consumes a verified code and its tickets in the transaction of its effect; false when it was consumed, replaced or has expired. */
  async consume(tx: Transaction, { key, generation, method }: VerifiedChallenge): Promise<boolean> {
    const isFirst = await this.repository.consume(tx, key, generation, method, this.clock.now());
    if (isFirst) await this.tickets.deleteByChallenge(tx, key);
    return isFirst;
  }

  /** Deletes the code and the tickets of a subject. */
  async delete(tx: Transaction, subject: ChallengeSubject): Promise<void> {
    const key = keyOf(subject);
    await this.repository.delete(tx, key);
    await this.tickets.deleteByChallenge(tx, key);
  }

  private hash(key: ChallengeKey, generation: string, code: string): string {
    return this.keyring.mac("code", key.applicationId, key.purpose, key.bindingHash, generation, code).toString("base64url");
  }
}

const keyOf = ({ applicationId, purpose, binding }: ChallengeSubject): ChallengeKey => ({
  applicationId,
  purpose,
  bindingHash: hashToken(binding),
});

const isLive = (row: ChallengeEntity, now: Date) => row.consumedAt === null && row.expiresAt > now;

const toIssuedChallenge = (
  row: Pick<ChallengeEntity, "expiresAt" | "linkExpiresAt" | "issuedAt">,
  code: string | null,
  link: string | null,
): Omit<IssuedChallenge, "isNew"> => ({
  code,
  link,
  expiresAt: row.expiresAt,
  linkExpiresAt: row.linkExpiresAt,
  resendAvailableAt: addSeconds(row.issuedAt, RESEND_COOLDOWN_SECONDS),
});
