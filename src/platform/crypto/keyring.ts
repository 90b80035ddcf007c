import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import { type Database, isUniqueViolation } from "../database/index.js";
import { KeyringEntity } from "./keyring.entity.js";
import type { Sealer } from "./sealing.js";

/** What a key of the ring is for: hashing short codes, deriving and marking tokens, naming throttle buckets. */
export type KeyPurpose = "code" | "token" | "throttle";
const LENGTH_BYTES = 4;
const purposes: readonly KeyPurpose[] = ["code", "token", "throttle"];

/**
 * The gateway's own random keys, the same for every process of one database. They are kept sealed under the master key, so that the
 * database alone tells nothing about a code or token.
 */
export class Keyring {
  private constructor(private readonly keys: ReadonlyMap<KeyPurpose, Uint8Array>) {}

  /** Opens the ring, making it at the first start. @throws SealBroken when the master key is not the one it was sealed under */
  static async open(database: Database, sealer: Sealer, clock: Clock): Promise<Keyring> {
    const keys = new Map<KeyPurpose, Uint8Array>();
    for (const purpose of purposes) keys.set(purpose, await openKey(database, sealer, clock, purpose));
    return new Keyring(keys);
  }

  /** Opens what is there and makes nothing. @throws SealBroken when a key was sealed under a master key that is not given */
  static async check(database: Database, sealer: Sealer): Promise<void> {
    for (const { id, keySealed } of await database.reading.getRepository(KeyringEntity).find()) await sealer.open(placeOf(id), keySealed);
  }

  /** Seals the ring anew under today's master key; returns how many keys were under another. */
  static async reseal(database: Database, sealer: Sealer): Promise<number> {
    const rows = (await database.reading.getRepository(KeyringEntity).find()).filter(
      ({ keySealed }) => !keySealed.startsWith(sealer.currentPrefix),
    );
    for (const { id, keySealed } of rows) {
      const next = await sealer.reseal(placeOf(id), keySealed);
      await database.alone((manager) => manager.update(KeyringEntity, { id, keySealed }, { keySealed: next }));
    }
    return rows.length;
  }

  /** HMAC-SHA-256 over the parts, each with its length before it so that no two lists of parts give the same input (RFC 2104). */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer {
    const key = this.keys.get(purpose);
    if (!key) throw new Error(`The keyring has no ${purpose} key`);
    const input = Buffer.alloc(parts.reduce((length, part) => length + LENGTH_BYTES + Buffer.byteLength(part), 0));
    let end = 0;
    for (const part of parts) {
      end = input.writeUInt32BE(Buffer.byteLength(part), end);
      if (typeof part === "string") end += input.write(part, end);
      else {
        input.set(part, end);
        end += part.length;
      }
    }
    return createHmac("sha256", key).update(input).digest();
  }
}

async function openKey(database: Database, sealer: Sealer, clock: Clock, purpose: KeyPurpose): Promise<Uint8Array> {
  const id = `${purpose}-1`;
  const place = placeOf(id);
  const find = () => database.reading.getRepository(KeyringEntity).findOneBy({ id });
  const found = await find();
  if (found) return await sealer.open(place, found.keySealed);
  const key = randomBytes(32);
  const row = { id, purpose, keySealed: await sealer.seal(place, key), createdAt: clock.now() };
  try {
    await database.alone((manager) => manager.insert(KeyringEntity, row));
    return key;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const theirs = await find();
  if (!theirs) throw new Error("The keyring row disappeared");
  return await sealer.open(place, theirs.keySealed);
}

const placeOf = (id: string) => ["keyring", "key_sealed", id];
