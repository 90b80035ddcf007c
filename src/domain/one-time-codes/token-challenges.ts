import { addSeconds, type Clock } from "../../platform/clock.js";
import { hashToken, randomId, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { ChallengeEntity } from "./challenge.entity.js";
import type { ChallengeKey, ChallengeRepository } from "./challenge.repository.js";
import { MAX_CODE_ATTEMPTS } from "./challenges.js";

/** Purposes of challenges that follow a correct password. */
export type TokenPurpose = "LOG_IN" | "REAUTHENTICATION" | "ENROLLMENT";
const tokenPurposes: readonly TokenPurpose[] = ["LOG_IN", "REAUTHENTICATION", "ENROLLMENT"];

/** A user has at most one challenge per purpose; a new one replaces the previous. */
export interface TokenSubject {
  readonly applicationId: string;
  readonly purpose: TokenPurpose;
  readonly userId: string;
}
/** The authentication on which the challenge is based. */
export interface TokenDetail {
  /** Detects a change of address or password since the challenge was issued. */
  readonly credentialFingerprint: string;
  readonly sessionId: string | null;
  /** Authentication methods (RFC 8176). */
  readonly amr: readonly string[];
}
/** A live challenge, found by its token. */
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
 * Challenges identified by an opaque token (256 bits) instead of a handle, issued after a correct password. They are stored with the
 * other challenges, with the token's hash in `linkHash` and without a code.
 */
export class TokenChallenges {
  constructor(
    private readonly repository: ChallengeRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Issues the only live challenge of the subject. */
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

  /** Finds the live challenge of a token; null when it is unknown, consumed, expired or without remaining attempts. */
  async find(applicationId: string, purpose: TokenPurpose, token: string): Promise<ActiveTokenChallenge | null> {
    if (!/^lk_chl_[A-Za-z0-9_-]{43}$/.test(token)) return null;
    const tokenHash = hashToken(token);
    const row = await this.repository.findByLink(applicationId, tokenHash);
    if (row?.purpose !== purpose || row.consumedAt !== null || row.attempts >= MAX_CODE_ATTEMPTS) return null;
    if (row.expiresAt <= this.clock.now()) return null;
    const { userId, ...detail } = JSON.parse(row.detail ?? "{}") as TokenDetail & { userId: string };
    return { applicationId, purpose, userId, ...detail, key: { applicationId, purpose, bindingHash: row.bindingHash }, tokenHash };
  }

  /** Counts and commits one attempt; false when the attempts are exhausted or the challenge has ended. */
  async recordTokenAttempt({ key, tokenHash }: ActiveTokenChallenge): Promise<boolean> {
    const keyWithToken = { ...key, linkHash: tokenHash };
    return await this.database.transaction((tx) =>
      this.repository.recordCodeAttempt(tx, keyWithToken, MAX_CODE_ATTEMPTS, this.clock.now()),
    );
  }

  /** Consumes the challenge in the transaction of its effect; false when it was already consumed, replaced or has expired. */
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
