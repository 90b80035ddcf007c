import type { Clock } from "../../../platform/clock.js";
import { type Keyring, randomBytes, toBase32 } from "../../../platform/crypto/index.js";
import type { Transaction } from "../../../platform/database/index.js";
import type { User } from "../../users/index.js";
import type { RecoveryCodeRepository } from "./recovery-code.repository.js";

type Owner = Pick<User, "applicationId" | "id">;

const CODE_COUNT = 10;
/** 80 bits: 16 characters of base 32. */
const CODE_BYTES = 10;

/** Recovery codes for users who have lost the second factor: ten single-use codes, shown once and stored as keyed hashes. */
export class RecoveryCodes {
  constructor(
    private readonly repository: RecoveryCodeRepository,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Generates ten codes and invalidates all older ones. */
  async replace(tx: Transaction, user: Owner): Promise<readonly string[]> {
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

  /** True for an unused code. Case, spaces and dashes are ignored. */
  async verify(user: Owner, typed: string): Promise<boolean> {
    const code = normalise(typed);
    return code !== null && (await this.repository.exists(user.applicationId, user.id, this.hash(user, code)));
  }

  /** Consumes a code; false when it is not an unused code. Runs in the transaction of the operation it authorises. */
  async consume(tx: Transaction, user: Owner, typed: string): Promise<boolean> {
    const code = normalise(typed);
    return code !== null && (await this.repository.delete(tx, user.applicationId, user.id, this.hash(user, code)));
  }

  /** Number of unused codes by user, in the order of `userIds`. */
  async countByUsers(applicationId: string, userIds: readonly string[]): Promise<number[]> {
    return await this.repository.countByUsers(applicationId, userIds);
  }

  async deleteByUser(tx: Transaction, { applicationId, id }: Owner): Promise<void> {
    await this.repository.deleteByUser(tx, applicationId, id);
  }

  private hash({ applicationId, id }: Owner, code: string): string {
    return this.keyring.mac("code", "recovery", applicationId, id, code).toString("base64url");
  }
}

function normalise(typed: string): string | null {
  const code = typed.length > 64 ? "" : typed.replace(/[ -]/g, "").toUpperCase();
  return /^[A-Z2-7]{16}$/.test(code) ? code : null;
}
