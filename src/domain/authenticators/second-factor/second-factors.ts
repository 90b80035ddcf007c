import type { Logger } from "pino";
import { addSeconds, type Clock } from "../../../platform/clock.js";
import { type Encryptor, encryptedColumn, generateTotpSecret, randomId, verifyTotp } from "../../../platform/crypto/index.js";
import type { Database, Transaction } from "../../../platform/database/index.js";
import type { UserKey } from "../../users/index.js";
import { SecondFactorEntity } from "./second-factor.entity.js";
import type { SecondFactorMethodName, SecondFactorRepository, SecondFactorState } from "./second-factor.repository.js";

export const totpSecretColumn = encryptedColumn(SecondFactorEntity, "secretSealed", ["second_factors", "secret"], ["applicationId", "id"]);

/** An active second factor. */
export interface EnrolledFactor {
  readonly id: string;
  readonly method: SecondFactorMethodName;
  readonly enrolledAt: Date;
  readonly lastUsedAt: Date | null;
}
/** The TOTP secret of a pending enrollment; it is returned only once. */
export interface PendingTotp {
  readonly secret: Uint8Array;
  readonly expiresAt: Date;
}
/** A verified TOTP code. It must still be consumed in the transaction of the operation it authorises. */
export interface VerifiedTotp {
  readonly row: SecondFactorEntity;
  readonly step: number;
}

/** Time limit of an enrollment. */
const ENROLLMENT_TTL_SECONDS = 600;
/** Codes tried before an enrollment ends. */
const MAX_ENROLLMENT_ATTEMPTS = 5;

/** The second factors of users. An enrolled factor stays active when the application's mode changes. */
export class SecondFactors {
  constructor(
    private readonly repository: SecondFactorRepository,
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /** Active factors, oldest first. */
  async list({ applicationId, id }: UserKey): Promise<EnrolledFactor[]> {
    return (await this.repository.listActiveByUser({ applicationId, id })).map(toFactor);
  }

  /** Active factors by user, in the order of `userIds`. */
  async listByUsers(applicationId: string, userIds: readonly string[]): Promise<EnrolledFactor[][]> {
    const rows = await this.repository.listActiveByUsers(applicationId, userIds);
    return userIds.map((userId) => rows.filter((row) => row.userId === userId).map(toFactor));
  }

  /** Users for whom a method is active, ordered by id. */
  async listEnrolledUserIds(applicationId: string, method: SecondFactorMethodName, limit: number, after: string): Promise<string[]> {
    return await this.repository.listActiveUserIds(applicationId, method, limit, after);
  }

  async countEnrolled(applicationId: string, method: SecondFactorMethodName): Promise<number> {
    return await this.repository.countActive(applicationId, method);
  }

  /** Begins the enrollment of TOTP. An active factor remains active until the new one is confirmed. */
  async enrollTotp(tx: Transaction, user: UserKey): Promise<PendingTotp> {
    const now = this.clock.now();
    const expiresAt = addSeconds(now, ENROLLMENT_TTL_SECONDS);
    const secret = generateTotpSecret();
    const row = newRow(user, "TOTP", "PENDING", now);
    await this.repository.deleteByMethod(tx, user, "TOTP", "PENDING");
    await this.repository.insert(tx, {
      ...row,
      expiresAt,
      secretSealed: await this.encryptor.encrypt(totpSecretColumn.associatedData(row), secret),
    });
    return { secret, expiresAt };
  }

  /** Counts and commits one attempt, also for a correct code. Null if the code is rejected for any reason. */
  async verifyPendingTotp(user: UserKey, code: string): Promise<VerifiedTotp | null> {
    return await this.database.transaction(async (tx) => {
      const row = await this.repository.find(user, "TOTP", "PENDING");
      if (!row || !(await this.repository.recordEnrollmentAttempt(tx, row, MAX_ENROLLMENT_ATTEMPTS, this.clock.now()))) return null;
      return await this.verifyCode(row, code);
    });
  }

  /** Activates the pending factor, which replaces an earlier one. False if a concurrent request has activated it. */
  async confirmTotp(tx: Transaction, user: UserKey, { row, step }: VerifiedTotp): Promise<boolean> {
    const now = this.clock.now();
    if (!(await this.repository.delete(tx, row))) return false;
    await this.repository.deleteByMethod(tx, user, "TOTP", "ACTIVE");
    // The id stays the same, because it is part of the associated data of the encrypted secret. The code counts as used.
    const state: SecondFactorState = "ACTIVE";
    await this.repository.insert(tx, { ...row, state, lastStep: step, attempts: 0, enrolledAt: now, lastUsedAt: now, expiresAt: null });
    return true;
  }

  /** Activates SMS codes and deletes a pending TOTP enrollment, which was begun without a second factor. */
  async enableSms(tx: Transaction, user: UserKey): Promise<void> {
    await this.repository.deleteByMethod(tx, user, "TOTP", "PENDING");
    await this.repository.deleteByMethod(tx, user, "SMS", "ACTIVE");
    await this.repository.insert(tx, newRow(user, "SMS", "ACTIVE", this.clock.now()));
  }

  /** Null if the code is wrong or was already used, or the secret cannot be decrypted. */
  async verifyTotp(user: UserKey, code: string): Promise<VerifiedTotp | null> {
    const row = await this.repository.find(user, "TOTP", "ACTIVE");
    const verified = row && (await this.verifyCode(row, code));
    return verified && verified.step > verified.row.lastStep ? verified : null;
  }

  /** Consumes a verified code; false when it or a newer one has been used. Runs in the transaction of the operation it authorises. */
  async consumeTotpStep(tx: Transaction, { row, step }: VerifiedTotp): Promise<boolean> {
    return await this.repository.consumeTotpStep(tx, row, step, this.clock.now());
  }

  /** Records the use of the phone; false if the factor is not active. */
  async recordSmsUse(tx: Transaction, user: UserKey): Promise<boolean> {
    const row = await this.repository.find(user, "SMS", "ACTIVE");
    return row !== null && (await this.repository.consumeTotpStep(tx, row, null, this.clock.now()));
  }

  /** Deletes one method and its pending enrollment; false if the method was not active. */
  async disable(tx: Transaction, user: UserKey, method: SecondFactorMethodName): Promise<boolean> {
    await this.repository.deleteByMethod(tx, user, method, "PENDING");
    return (await this.repository.deleteByMethod(tx, user, method, "ACTIVE")) > 0;
  }

  async deleteByUser(tx: Transaction, user: UserKey): Promise<void> {
    await this.repository.deleteByUser(tx, user);
  }

  /** A missing or undecryptable secret matches no code. The factor remains required; the user can log in with a recovery code. */
  private async verifyCode(row: SecondFactorEntity, code: string): Promise<VerifiedTotp | null> {
    try {
      const secret = await this.encryptor.decrypt(totpSecretColumn.associatedData(row), row.secretSealed ?? "");
      const step = verifyTotp(secret, code, this.clock.now());
      return step === null ? null : { row, step };
    } catch (error) {
      this.log.error({ err: error, applicationId: row.applicationId, factorId: row.id }, "TOTP secret could not be decrypted");
      return null;
    }
  }
}

const toFactor = ({ id, method, enrolledAt, lastUsedAt }: SecondFactorEntity): EnrolledFactor => ({
  id,
  method: method as SecondFactorMethodName,
  enrolledAt,
  lastUsedAt,
});

const newRow = (
  { applicationId, id: userId }: UserKey,
  method: SecondFactorMethodName,
  state: SecondFactorState,
  enrolledAt: Date,
): SecondFactorEntity => ({
  ...{ applicationId, userId, method, state, enrolledAt, id: randomId() },
  ...{ secretSealed: null, lastStep: 0, attempts: 0, lastUsedAt: null, expiresAt: null },
});
