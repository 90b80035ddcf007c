import { addSeconds, type Clock } from "../../platform/clock.js";
import { hashToken, randomId, randomToken } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { ApplicationRepository } from "./application.repository.js";
import type { ApplicationKeyEntity, ApplicationKeyKind } from "./application-key.entity.js";
import type { ApplicationKeyRepository } from "./application-key.repository.js";

/** A public key that works. */
export interface AppKey {
  readonly id: string;
  readonly value: string;
  readonly createdAt: Date;
  /** Begin of the UTC day of the last use; null before the first. */
  readonly lastUsedOn: Date | null;
  /** False for a key that was rotated out and still works. */
  readonly isCurrent: boolean;
}
/** A secret key that works, without its value. */
export interface SecretKey {
  readonly id: string;
  readonly prefix: string;
  readonly createdAt: Date;
  /** Begin of the hour of the last use; null before the first. */
  readonly lastUsedAt: Date | null;
  /** Null for the current key. */
  readonly expiresAt: Date | null;
}
export type AppKeyRotation =
  | { readonly kind: "rotated"; readonly key: AppKey }
  | { readonly kind: "not-found" }
  | { readonly kind: "too-many-keys" };
export type SecretKeyRotation =
  | { readonly kind: "rotated"; readonly key: SecretKey; readonly secretKey: string }
  | { readonly kind: "not-found" };
export type KeyRevocation = "revoked" | "not-found" | "current";

export const MAX_APP_KEYS = 3;
export const DEFAULT_OVERLAP_HOURS = 168;
export const MAX_OVERLAP_HOURS = 720;
const APP_KEY_PREFIX = "lk_app_";
const SECRET_KEY_PREFIX = "lk_sec_";
/** Characters of the random part of a secret key by which it is recognised; 39 remain secret. */
const SHOWN_CHARACTERS = 4;

export const newAppKey = () => `${APP_KEY_PREFIX}${randomToken()}`;
export const newSecretKey = () => `${SECRET_KEY_PREFIX}${randomToken()}`;

/** The rows of a new key. */
export const keyRow = (applicationId: string, kind: ApplicationKeyKind, key: string, createdAt: Date): ApplicationKeyEntity => ({
  ...{ applicationId, id: randomId(), kind, createdAt },
  value: kind === "APP" ? key : hashToken(key),
  prefix: kind === "APP" ? null : key.slice(SECRET_KEY_PREFIX.length, SECRET_KEY_PREFIX.length + SHOWN_CHARACTERS),
  ...{ lastUsedAt: null, expiresAt: null, revokedAt: null },
});

/** Public and secret keys of applications. The current ones are also in the application's row; every change of keys locks that row. */
export class ApplicationKeys {
  constructor(
    private readonly repository: ApplicationKeyRepository,
    private readonly applications: ApplicationRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async listAppKeys(applicationId: string): Promise<AppKey[]> {
    const current = (await this.applications.findById(applicationId))?.appKey;
    const rows = await this.repository.listLive(applicationId, "APP", this.clock.now());
    return rows.map((row) => toAppKey(row, row.value === current));
  }

  /** Newest first. */
  async listSecretKeys(applicationId: string): Promise<SecretKey[]> {
    return (await this.repository.listLive(applicationId, "SECRET", this.clock.now())).map(toSecretKey);
  }

  /** Adds a public key, which becomes the current one. The former keys work until they are revoked. */
  async rotateAppKey(applicationId: string): Promise<AppKeyRotation> {
    const value = newAppKey();
    return await this.database.transaction(async (tx) => {
      const application = await this.repository.lockApplication(tx, applicationId);
      if (!application) return { kind: "not-found" };
      const live = await this.repository.listLive(applicationId, "APP", this.clock.now());
      if (live.length >= MAX_APP_KEYS) return { kind: "too-many-keys" };
      await this.repository.replaceCurrent(tx, application, { appKey: value });
      const row = keyRow(applicationId, "APP", value, this.clock.now());
      await this.repository.insert(tx, row);
      return { kind: "rotated", key: toAppKey(row, true) };
    });
  }

  /** Revokes a public key other than the current one. */
  async revokeAppKey(applicationId: string, keyId: string): Promise<KeyRevocation> {
    return await this.database.transaction(async (tx) => {
      const application = await this.repository.lockApplication(tx, applicationId);
      const key = await this.findLive(applicationId, "APP", keyId);
      if (!application || !key) return "not-found";
      if (key.value === application.appKey) return "current";
      await this.revoke(tx, key);
      return "revoked";
    });
  }

  /** Adds a secret key, which becomes the current one; the former works for `overlapHours` more. Its value is returned only here. */
  async rotateSecretKey(applicationId: string, overlapHours = DEFAULT_OVERLAP_HOURS): Promise<SecretKeyRotation> {
    const secretKey = newSecretKey();
    return await this.database.transaction(async (tx) => {
      const application = await this.repository.lockApplication(tx, applicationId);
      if (!application) return { kind: "not-found" };
      const now = this.clock.now();
      const row = keyRow(applicationId, "SECRET", secretKey, now);
      await this.repository.replaceCurrent(tx, application, { secretKeyHash: row.value });
      const expiresAt = addSeconds(now, overlapHours * 3600);
      for (const former of await this.repository.listLive(applicationId, "SECRET", now))
        if (former.expiresAt === null) await this.repository.update(tx, former, { expiresAt });
      await this.repository.insert(tx, row);
      return { kind: "rotated", key: toSecretKey(row), secretKey };
    });
  }

  /** Revokes a secret key, also the current one: then the back end has no access until the next rotation. */
  async revokeSecretKey(applicationId: string, keyId: string): Promise<Exclude<KeyRevocation, "current">> {
    return await this.database.transaction(async (tx) => {
      const application = await this.repository.lockApplication(tx, applicationId);
      const key = await this.findLive(applicationId, "SECRET", keyId);
      if (!application || !key) return "not-found";
      // Processes of the previous release accept the hash in this column.
      if (key.value === application.secretKeyHash)
        await this.repository.replaceCurrent(tx, application, { secretKeyHash: hashToken(newSecretKey()) });
      await this.revoke(tx, key);
      return "revoked";
    });
  }

  /** True when this is a secret key of the application that works. */
  async hasSecretKey(applicationId: string, secretKey: string): Promise<boolean> {
    return await this.repository.isLive(applicationId, "SECRET", hashToken(secretKey), this.clock.now());
  }

  private async findLive(applicationId: string, kind: ApplicationKeyKind, keyId: string): Promise<ApplicationKeyEntity | undefined> {
    return (await this.repository.listLive(applicationId, kind, this.clock.now())).find(({ id }) => id === keyId);
  }

  private async revoke(tx: Transaction, key: ApplicationKeyEntity): Promise<void> {
    const now = this.clock.now();
    await this.repository.update(tx, key, { revokedAt: now, expiresAt: now });
  }
}

const toAppKey = ({ id, value, createdAt, lastUsedAt: lastUsedOn }: ApplicationKeyEntity, isCurrent: boolean): AppKey => ({
  ...{ id, value, createdAt, lastUsedOn, isCurrent },
});
const toSecretKey = ({ id, prefix, createdAt, lastUsedAt, expiresAt }: ApplicationKeyEntity): SecretKey => ({
  ...{ id, prefix: `${SECRET_KEY_PREFIX}${prefix ?? ""}`, createdAt, lastUsedAt, expiresAt },
});
