import { addSeconds, type Clock } from "../../platform/clock.js";
import { hashToken, randomId, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { ChallengeEntity } from "./challenge.entity.js";
import type { ChallengeKey, ChallengeRepository } from "./challenge.repository.js";
import { MAX_CODE_ATTEMPTS } from "./challenges.js";

/** What a right password leads to when it is not enough. */
export type TokenPurpose = "LOG_IN" | "REAUTHENTICATION" | "ENROLLMENT";
const tokenPurposes: readonly TokenPurpose[] = ["LOG_IN", "REAUTHENTICATION", "ENROLLMENT"];

/** A user has at most one of each purpose: a new one ends the one before. */
export interface TokenSubject {
  readonly applicationId: string;
  readonly purpose: TokenPurpose;
  readonly userId: string;
}
/** What was proved when the challenge was made. */
export interface TokenDetail {
  /** Tells whether address and password are still those that were proved. */
  readonly credentialFingerprint: string;
  readonly sessionId: string | null;
  /** How, as values of RFC 8176. */
  readonly amr: readonly string[];
}
/** A challenge that still stands, by its token. */
export interface ActiveTokenChallenge extends TokenSubject, TokenDetail {
  readonly key: ChallengeKey;
  readonly tokenHash: string;
}
export interface IssuedTokenChallenge {
  readonly token: string;
  readonly expiresAt: Date;
}

const PREFIX = "lk_chl_";

/**
 * Challenges that are named by an opaque token (256 bits) instead of a handle: what stands between a right password and a session. They
 * are kept beside the other challenges, the token as hash in the place of a link's, and without a code.
 */
export class TokenChallenges {
  constructor(
    private readonly repository: ChallengeRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Makes the one live challenge of the subject. */
  async issue(tx: Transaction, subject: TokenSubject, detail: TokenDetail, ttlSeconds: number): Promise<IssuedTokenChallenge> {
    const key = keyOf(subject);
    const now = this.clock.now();
    const existing = await this.repository.find(key);
    const token = PREFIX + randomToken();
    const expiresAt = addSeconds(now, ttlSeconds);
    const row: ChallengeEntity = {
      ...{ ...key, generation: randomId(), codeHash: "", attempts: 0, issuedAt: now, sentAt: null, consumedAt: null },
      ...{ expiresAt, keptUntil: expiresAt, linkHash: hashToken(token), linkExpiresAt: null },
      detail: JSON.stringify({ userId: subject.userId, ...detail }),
    };
    if (existing) await this.repository.replace(tx, key, existing, row);
    else await this.repository.insert(tx, row);
    return { token, expiresAt };
  }

  /** The challenge of a token, while it can still be answered; null for everything else. */
  async find(applicationId: string, purpose: TokenPurpose, token: string): Promise<ActiveTokenChallenge | null> {
    if (!/^lk_chl_[A-Za-z0-9_-]{43}$/.test(token)) return null;
    const tokenHash = hashToken(token);
    const row = await this.repository.findByLink(applicationId, tokenHash);
    if (row?.purpose !== purpose || row.consumedAt !== null || row.attempts >= MAX_CODE_ATTEMPTS) return null;
    if (row.expiresAt <= this.clock.now()) return null;
    const { userId, ...detail } = JSON.parse(row.detail ?? "{}") as TokenDetail & { userId: string };
    return { applicationId, purpose, userId, ...detail, key: { applicationId, purpose, bindingHash: row.bindingHash }, tokenHash };
  }

  /** Counts one attempt, and commits it whatever comes of it; false when they are spent or the challenge has ended meanwhile. */
  async recordTokenAttempt({ key, tokenHash }: ActiveTokenChallenge): Promise<boolean> {
    const keyWithToken = { ...key, linkHash: tokenHash };
    return await this.database.transaction((tx) =>
      this.repository.recordCodeAttempt(tx, keyWithToken, MAX_CODE_ATTEMPTS, this.clock.now()),
    );
  }

  /** Uses the challenge up; false when somebody was first, or a newer one took its place. Runs in the transaction of its effect. */
  async consume(tx: Transaction, { key, tokenHash }: ActiveTokenChallenge): Promise<boolean> {
    return await this.repository.consumeToken(tx, key, tokenHash, this.clock.now());
  }

  async deleteByUser(tx: Transaction, applicationId: string, userId: string): Promise<void> {
    for (const purpose of tokenPurposes) await this.repository.delete(tx, keyOf({ applicationId, purpose, userId }));
  }
}

const keyOf = ({ applicationId, purpose, userId }: TokenSubject): ChallengeKey => ({
  applicationId,
  purpose,
  bindingHash: hashToken(userId),
});
