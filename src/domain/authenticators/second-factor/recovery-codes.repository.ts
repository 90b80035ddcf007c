import { In } from "typeorm";
import type { Clock } from "../../../platform/clock.js";
import { type Keyring, randomBytes, toBase32 } from "../../../platform/crypto/index.js";
import type { Database, Transaction } from "../../../platform/database/index.js";
import { withoutSeparators } from "../../one-time-codes/index.js";
import type { UserKey } from "../../users/index.js";
import { RecoveryCodeEntity } from "./recovery-code.entity.js";

const CODE_COUNT = 10;
/** 80 bits: 16 characters of base 32. */
const CODE_BYTES = 10;

/** Recovery codes for users who have lost the second factor: ten single-use codes, shown once and stored as keyed hashes. */
export class RecoveryCodes {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Issues ten new codes and deletes all older ones. */
  async replace(tx: Transaction, user: UserKey): Promise<readonly string[]> {
    const createdAt = this.clock.now();
    const codes = Array.from({ length: CODE_COUNT }, () => toBase32(randomBytes(CODE_BYTES)));
    await this.deleteByUser(tx, user);
    const rows = codes.map((code) => ({ ...this.rowKey(user, code), createdAt }));
    await tx.manager.insert(RecoveryCodeEntity, rows);
    return codes.map((code) => code.match(/.{4}/g)?.join("-") ?? "");
  }

  /** True if the code, in canonical form, is unused. */
  async verify(user: UserKey, code: string): Promise<boolean> {
    return await this.rows.existsBy(this.rowKey(user, code));
  }

  /** Consumes a code in canonical form, in the transaction of its effect; false if it is not an unused code. */
  async consume(tx: Transaction, user: UserKey, code: string): Promise<boolean> {
    return (await tx.manager.delete(RecoveryCodeEntity, this.rowKey(user, code))).affected === 1;
  }

  /** Number of unused codes by user, in the order of `userIds`. */
  async countByUsers(applicationId: string, userIds: readonly string[]): Promise<number[]> {
    const rows = await this.rows.find({ where: { applicationId, userId: In([...userIds]) }, select: { userId: true } });
    return userIds.map((id) => rows.filter(({ userId }) => userId === id).length);
  }

  async deleteByUser(tx: Transaction, { applicationId, id }: UserKey): Promise<void> {
    await tx.manager.delete(RecoveryCodeEntity, { applicationId, userId: id });
  }

  private rowKey({ applicationId, id: userId }: UserKey, code: string) {
    return { applicationId, userId, codeHash: this.keyring.mac("code", "recovery", applicationId, userId, code).toString("base64url") };
  }

  private get rows() {
    return this.database.readManager.getRepository(RecoveryCodeEntity);
  }
}

/** Canonical form of a recovery code: its 16 characters without separators, in upper case; null for other text. */
export function canonicalRecoveryCode(typed: string): string | null {
  const code = withoutSeparators(typed).toUpperCase();
  return /^[A-Z2-7]{16}$/.test(code) ? code : null;
}
