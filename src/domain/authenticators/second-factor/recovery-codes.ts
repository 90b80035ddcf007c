import type { Clock } from "../../../platform/clock.js";
import { type Keyring, randomBytes, toBase32 } from "../../../platform/crypto/index.js";
import type { Transaction } from "../../../platform/database/index.js";
import type { UserKey } from "../../users/index.js";
import type { RecoveryCodeRepository } from "./recovery-code.repository.js";

const CODE_COUNT = 10;
/** 80 bits: 16 characters of base 32. */
const CODE_BYTES = 10;

/** What lets somebody in who has lost the second factor: ten codes, each good once, shown once and kept as keyed hashes. */
export class RecoveryCodes {
  constructor(
    private readonly repository: RecoveryCodeRepository,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Makes ten new ones; all older ones are void. */
  async replace(tx: Transaction, user: UserKey): Promise<readonly string[]> {
    const createdAt = this.clock.now();
    const codes = Array.from({ length: CODE_COUNT }, () => toBase32(randomBytes(CODE_BYTES)));
    await this.deleteByUser(tx, user);
    const { applicationId, id: userId } = user;
    await this.repository.insert(
      tx,
      codes.map((code) => ({ applicationId, userId, codeHash: this.hash(user, code), createdAt })),
    );
    return codes.map((code) => code.match(/.{4}/g)?.join("-") ?? "");
  }

  /** True when it is one of those that are left. Capital or small letters, spaces and dashes make no difference. */
  async verify(user: UserKey, typed: string): Promise<boolean> {
    const code = normalise(typed);
    return code !== null && (await this.repository.exists(user.applicationId, user.id, this.hash(user, code)));
  }

  /** Uses a code up; false when it is not one of those that are left. Runs in the transaction of its effect. */
  async consume(tx: Transaction, user: UserKey, typed: string): Promise<boolean> {
    const code = normalise(typed);
    return code !== null && (await this.repository.delete(tx, user.applicationId, user.id, this.hash(user, code)));
  }

  /** How many are left by user, in the order of `userIds`. */
  async countByUsers(applicationId: string, userIds: readonly string[]): Promise<number[]> {
    return await this.repository.countByUsers(applicationId, userIds);
  }

  async deleteByUser(tx: Transaction, { applicationId, id }: UserKey): Promise<void> {
    await this.repository.deleteByUser(tx, applicationId, id);
  }

  private hash({ applicationId, id }: UserKey, code: string): string {
    return this.keyring.mac("code", "recovery", applicationId, id, code).toString("base64url");
  }
}

function normalise(typed: string): string | null {
  const code = typed.length > 64 ? "" : typed.replace(/[ -]/g, "").toUpperCase();
  return /^[A-Z2-7]{16}$/.test(code) ? code : null;
}
