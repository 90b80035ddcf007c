import { LRUCache } from "lru-cache";
import { addSeconds, type Clock } from "../../platform/clock.js";
import {
  type Encryptor,
  encryptedColumn,
  generateSigningKey,
  importPrivateKey,
  type NewSigningKey,
  type PrivateKey,
} from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import { ReadThroughCache } from "../../platform/read-through-cache.js";
import { SigningKeyEntity } from "./signing-key.entity.js";
import type { SigningKeyRepository } from "./signing-key.repository.js";

export const privateKeyColumn = encryptedColumn(
  SigningKeyEntity,
  "privateKeySealed",
  ["signing_keys", "private_key"],
  ["applicationId", "id"],
);

export type SigningKeyState = "NEXT" | "CURRENT" | "PREVIOUS" | "REVOKED";
export type PublishedKey = Pick<SigningKeyEntity, "id" | "publicKeyPem" | "publicJwk" | "createdAt"> & { readonly state: SigningKeyState };
interface KeySet {
  readonly published: readonly PublishedKey[];
  readonly current: SigningKeyEntity | undefined;
}
export interface Signer {
  readonly kid: string;
  readonly key: PrivateKey;
}

/** A key is published for this time before it signs, because verifiers cache key sets. */
export const PUBLISH_BEFORE_USE_SECONDS = 24 * 3600;
/** A key stays published this long after its last use: the maximum token lifetime (token.lifetimeMinutes: 1,440) plus one hour. */
export const PUBLISH_AFTER_USE_SECONDS = 25 * 3600;

/** Thrown when keys cannot be rotated now; the message is shown to the caller. */
export class RotationNotAllowedError extends Error {
  override name = "RotationNotAllowedError";
  constructor(
    message: string,
    /** Time from which a rotation is possible; null when waiting does not help. */
    readonly possibleFrom: Date | null = null,
  ) {
    super(message);
  }
}
interface CompleteKeySet {
  readonly current: SigningKeyEntity;
  readonly next: SigningKeyEntity;
  readonly previous: SigningKeyEntity | undefined;
}
/** The next key must have been published before it signs, and the previous one must have left the key set. */
const rotationPossibleFrom = ({ next, previous }: CompleteKeySet) =>
  new Date(Math.max(addSeconds(next.createdAt, PUBLISH_BEFORE_USE_SECONDS).getTime(), previous?.retiresAt?.getTime() ?? 0));

/** Signing keys of applications. States of a key: NEXT, CURRENT, PREVIOUS, REVOKED. */
export class SigningKeys {
  private readonly importedKeys = new LRUCache<string, PrivateKey>({ maxSize: 5_000, sizeCalculation: () => 1 });
  private readonly keySets: ReadThroughCache<KeySet>;

  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    private readonly clock: Clock,
    private readonly generateKey: () => Promise<NewSigningKey> = generateSigningKey,
  ) {
    const reuse = { clock, version: repository.cacheVersion };
    this.keySets = new ReadThroughCache({ reuse, read: (applicationId) => this.readKeySet(applicationId) });
  }

  /** Generates the two initial keys of an application outside a transaction; `store` inserts them. */
  async generateInitialKeys(applicationId: string): Promise<{ store: (tx: Transaction) => Promise<void> }> {
    const rows = await Promise.all([this.generate(applicationId, "CURRENT"), this.generate(applicationId, "NEXT")]);
    return {
      store: async (tx: Transaction) => {
        for (const row of rows) await this.repository.insert(tx, row);
      },
    };
  }

  /** The current signing key. */
  async getSigner(applicationId: string): Promise<Signer> {
    const current = (await this.keySets.get(applicationId))?.current;
    if (!current) throw new Error(`Application ${applicationId} has no signing key`);
    const cached = this.importedKeys.get(current.id);
    if (cached) return { kid: current.id, key: cached };
    const pem = await this.encryptor.decryptText(privateKeyColumn.associatedData(current), current.privateKeySealed);
    const key = await importPrivateKey(pem);
    this.importedKeys.set(current.id, key);
    return { kid: current.id, key };
  }

  /** At most three keys: the current, the next, and the previous one while its tokens may be valid. */
  async listPublished(applicationId: string): Promise<readonly PublishedKey[]> {
    return (await this.keySets.get(applicationId))?.published ?? [];
  }

  private async readKeySet(applicationId: string): Promise<KeySet | null> {
    const now = this.clock.now();
    const order: readonly string[] = ["CURRENT", "NEXT", "PREVIOUS"];
    const rows = await this.repository.list(applicationId);
    const published = rows
      .filter(({ state, retiresAt }) => order.includes(state) && (state !== "PREVIOUS" || (retiresAt ?? now) > now))
      .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))
      .map(({ id, publicKeyPem, publicJwk, createdAt, state }) => ({
        id,
        publicKeyPem,
        publicJwk,
        createdAt,
        state: state as SigningKeyState,
      }));
    return rows.length === 0 ? null : { published, current: rows.find(({ state }) => state === "CURRENT") };
  }

  /** NEXT becomes CURRENT, CURRENT becomes PREVIOUS, and a new NEXT is generated. @throws RotationNotAllowedError */
  async rotate(applicationId: string): Promise<string> {
    const newNextKey = await this.generate(applicationId, "NEXT");
    return await this.database.transaction(async (tx) => {
      const { current, next, previous } = await this.requireCompleteKeySet(applicationId);
      const now = this.clock.now();
      if (previous?.retiresAt && previous.retiresAt > now)
        throw new RotationNotAllowedError(
          `tokens signed with the previous key may be valid until ${previous.retiresAt.toISOString()}; at most three keys can be published`,
          previous.retiresAt,
        );
      const usableAt = addSeconds(next.createdAt, PUBLISH_BEFORE_USE_SECONDS);
      if (usableAt > now)
        throw new RotationNotAllowedError(
          `the next key must be published for 24 hours first; it can be used from ${usableAt.toISOString()}`,
          usableAt,
        );
      if (previous) await this.repository.transition(tx, previous, revokedFields);
      await this.repository.transition(tx, current, { state: "PREVIOUS", retiresAt: addSeconds(now, PUBLISH_AFTER_USE_SECONDS) });
      await this.repository.transition(tx, next, { state: "CURRENT", usedSince: now });
      await this.repository.insert(tx, newNextKey);
      return next.id;
    });
  }

  /** Revokes a key immediately; NEXT replaces a revoked CURRENT. @throws RotationNotAllowedError when the key is not published */
  async revoke(applicationId: string, kid: string): Promise<SigningKeyState> {
    const newNextKey = await this.generate(applicationId, "NEXT");
    return await this.database.transaction(async (tx) => {
      const { current, next, previous } = await this.requireCompleteKeySet(applicationId);
      const key = [current, next, previous].find((row) => row?.id === kid);
      if (!key) throw new RotationNotAllowedError(`Published key not found: ${kid}`);
      await this.repository.transition(tx, key, revokedFields);
      if (key === current) await this.repository.transition(tx, next, { state: "CURRENT", usedSince: this.clock.now() });
      if (key !== previous) await this.repository.insert(tx, newNextKey);
      return key.state as SigningKeyState;
    });
  }

  /** The keys that a rotation concerns, and when it is possible. @throws RotationNotAllowedError when there are no complete keys */
  async findRotation(applicationId: string): Promise<{ currentKid: string; nextKid: string; possibleFrom: Date }> {
    const keys = await this.requireCompleteKeySet(applicationId);
    return { currentKid: keys.current.id, nextKid: keys.next.id, possibleFrom: rotationPossibleFrom(keys) };
  }

  /** When the current key was first used; null without one. */
  async findUsedSince(applicationId: string): Promise<Date | null> {
    return (await this.repository.list(applicationId)).find(({ state }) => state === "CURRENT")?.usedSince ?? null;
  }

  /** Key sets are read again once the running transaction, which deletes keys, is committed. */
  invalidateCacheOnCommit(): void {
    this.repository.cacheVersion.incrementOnCommit();
  }

  private async requireCompleteKeySet(applicationId: string): Promise<CompleteKeySet> {
    const rows = await this.repository.list(applicationId);
    const find = (state: SigningKeyState) => rows.find((row) => row.state === state);
    const current = find("CURRENT");
    const next = find("NEXT");
    if (!current || !next) throw new RotationNotAllowedError("Application not found, or its key set is incomplete");
    return { current, next, previous: find("PREVIOUS") };
  }

  private async generate(applicationId: string, state: SigningKeyState): Promise<SigningKeyEntity> {
    const { kid, privatePem, publicPem, publicJwk } = await this.generateKey();
    const privateKeySealed = await this.encryptor.encrypt(privateKeyColumn.associatedData({ applicationId, id: kid }), privatePem);
    const now = this.clock.now();
    const row = { applicationId, id: kid, state, privateKeySealed, publicKeyPem: publicPem, retiresAt: null, createdAt: now };
    return { ...row, usedSince: state === "CURRENT" ? now : null, publicJwk: { ...publicJwk } };
  }
}

/** Erases the private key; the public key is kept as a record. */
const revokedFields = { state: "REVOKED", privateKeySealed: "", retiresAt: null } as const;
