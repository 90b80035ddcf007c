import { LRUCache } from "lru-cache";
import { KeptRead } from "../applications/index.js";
import { addSeconds, type Clock } from "../clock.js";
import { generateSigningKey, importPrivateKey, type NewSigningKey, type PrivateKey, type Sealer } from "../crypto/index.js";
import type { Database } from "../database/index.js";
import type { SigningKeyEntity } from "./signing-key.entity.js";
import type { SigningKeyRepository } from "./signing-key.repository.js";

export type SigningKeyState = "NEXT" | "CURRENT" | "PREVIOUS" | "REVOKED";
export type PublishedKey = Pick<SigningKeyEntity, "id" | "publicKeyPem" | "publicJwk" | "createdAt"> & { readonly state: SigningKeyState };
interface Strip {
  readonly published: readonly PublishedKey[];
  readonly current: SigningKeyEntity | undefined;
}
export interface Signer {
  readonly kid: string;
  readonly key: PrivateKey;
}

/** A key is public for so long before it signs: verifiers cache key sets. */
export const PUBLISH_BEFORE_USE_SECONDS = 24 * 3600;
/** The longest life a token can have (token.lifetimeMinutes at most 1,440) and an hour: so long a key stays public after its last use. */
export const KEEP_AFTER_USE_SECONDS = 25 * 3600;

/** Thrown with one sentence for people when keys cannot be rotated now. */
export class RotationRefused extends Error {
  override name = "RotationRefused";
}

/** One application's strip of keys: next -> current -> previous -> revoked. */
export class SigningKeys {
  private readonly imported = new LRUCache<string, PrivateKey>({ max: 5_000 });
  private readonly strips: KeptRead<Strip>;

  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly database: Database,
    private readonly sealer: Sealer,
    private readonly clock: Clock,
    private readonly generateKey: () => Promise<NewSigningKey> = generateSigningKey,
  ) {
    this.strips = new KeptRead((applicationId) => this.readStrip(applicationId), clock, repository.changes);
  }

  /** Makes the two keys every application starts with; they are stored by `store` in the caller's transaction. */
  async prepare(applicationId: string): Promise<{ store: () => Promise<void> }> {
    const rows = await Promise.all([this.generate(applicationId, "CURRENT"), this.generate(applicationId, "NEXT")]);
    return {
      store: async () => {
        for (const row of rows) await this.repository.insert(row);
      },
    };
  }

  /** The key that signs today. */
  async signer(applicationId: string): Promise<Signer> {
    const current = (await this.strips.get(applicationId))?.current;
    if (!current) throw new Error(`Application ${applicationId} has no signing key`);
    const kept = this.imported.get(current.id);
    if (kept) return { kid: current.id, key: kept };
    const pem = await this.sealer.openText(placeOf(current), current.privateKeySealed);
    const key = await importPrivateKey(pem);
    this.imported.set(current.id, key);
    return { kid: current.id, key };
  }

  /** At most three: current first, then next, then the previous one while its tokens may live. */
  async published(applicationId: string): Promise<readonly PublishedKey[]> {
    return (await this.strips.get(applicationId))?.published ?? [];
  }

  private async readStrip(applicationId: string): Promise<Strip | null> {
    const now = this.clock.now();
    const order: readonly string[] = ["CURRENT", "NEXT", "PREVIOUS"];
    const rows = await this.repository.list(applicationId);
    const published = rows
      .filter(({ state, retiresAt }) => order.includes(state) && (state !== "PREVIOUS" || (retiresAt ?? now) > now))
      .sort((one, other) => order.indexOf(one.state) - order.indexOf(other.state))
      .map(({ id, publicKeyPem, publicJwk, createdAt, state }) => ({
        id,
        publicKeyPem,
        publicJwk,
        createdAt,
        state: state as SigningKeyState,
      }));
    return rows.length === 0 ? null : { published, current: rows.find(({ state }) => state === "CURRENT") };
  }

  /** Next becomes current, current becomes previous, a new next appears. @throws RotationRefused */
  async rotate(applicationId: string): Promise<string> {
    const fresh = await this.generate(applicationId, "NEXT");
    return await this.database.transaction(async () => {
      const { current, next, previous } = await this.strip(applicationId);
      const now = this.clock.now();
      if (previous?.retiresAt && previous.retiresAt > now)
        throw new RotationRefused(
          `tokens of the previous key may live until ${previous.retiresAt.toISOString()}: three keys are the most verifiers take`,
        );
      const usableAt = addSeconds(next.createdAt, PUBLISH_BEFORE_USE_SECONDS);
      if (usableAt > now) throw new RotationRefused(`the next key is not public for 24 hours before ${usableAt.toISOString()}`);
      if (previous) await this.repository.move(previous, withdrawn);
      await this.repository.move(current, { state: "PREVIOUS", retiresAt: addSeconds(now, KEEP_AFTER_USE_SECONDS) });
      await this.repository.move(next, { state: "CURRENT", usedSince: now });
      await this.repository.insert(fresh);
      return next.id;
    });
  }

  /** Takes a key out of use at once; `next` signs in the place of the current one. @throws RotationRefused when it is not published */
  async revoke(applicationId: string, kid: string): Promise<SigningKeyState> {
    const fresh = await this.generate(applicationId, "NEXT");
    return await this.database.transaction(async () => {
      const { current, next, previous } = await this.strip(applicationId);
      const key = [current, next, previous].find((row) => row?.id === kid);
      if (!key) throw new RotationRefused(`the application has no published key ${kid}`);
      await this.repository.move(key, withdrawn);
      if (key === current) await this.repository.move(next, { state: "CURRENT", usedSince: this.clock.now() });
      if (key !== previous) await this.repository.insert(fresh);
      return key.state as SigningKeyState;
    });
  }

  /** Since when the current key signs; null without one. */
  async findUsedSince(applicationId: string): Promise<Date | null> {
    return (await this.repository.list(applicationId)).find(({ state }) => state === "CURRENT")?.usedSince ?? null;
  }

  /** Seals keys anew that are under another master key than today's; returns how many. */
  async reseal(limit: number): Promise<number> {
    const rows = await this.repository.listSealedOtherwise(this.sealer.currentPrefix, limit);
    for (const row of rows) {
      const next = await this.sealer.reseal(placeOf(row), row.privateKeySealed);
      await this.database.transaction(() => this.repository.replaceSealed(row, next));
    }
    return rows.length;
  }

  async deleteOfApplication(applicationId: string): Promise<void> {
    await this.repository.deleteOfApplication(applicationId);
  }

  private async strip(applicationId: string) {
    const rows = await this.repository.list(applicationId);
    const find = (state: SigningKeyState) => rows.find((row) => row.state === state);
    const current = find("CURRENT");
    const next = find("NEXT");
    if (!current || !next) throw new RotationRefused("there is no such application, or its keys are incomplete");
    return { current, next, previous: find("PREVIOUS") };
  }

  private async generate(applicationId: string, state: SigningKeyState): Promise<SigningKeyEntity> {
    const { kid, privatePem, publicPem, publicJwk } = await this.generateKey();
    const privateKeySealed = await this.sealer.seal(placeOf({ applicationId, id: kid }), privatePem);
    const now = this.clock.now();
    const row = { applicationId, id: kid, state, privateKeySealed, publicKeyPem: publicPem, retiresAt: null, createdAt: now };
    return { ...row, usedSince: state === "CURRENT" ? now : null, publicJwk: { ...publicJwk } };
  }
}

/** What is left of a key that signs no more: its public half, for the record. */
const withdrawn = { state: "REVOKED", privateKeySealed: "", retiresAt: null } as const;

const placeOf = ({ applicationId, id }: Pick<SigningKeyEntity, "applicationId" | "id">) => [
  "signing_keys",
  "private_key",
  applicationId,
  id,
];
