import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.js";
import { type Database, isUniqueViolation } from "../database/index.js";
import { encryptedColumn } from "./encrypted-columns.repository.js";
import type { Encryptor } from "./encryption.js";
import { KeyringEntity } from "./keyring.entity.js";

/** Use of a key: hashing short codes, computing token MACs, deriving rate limit keys. */
export type KeyPurpose = "code" | "token" | "throttle";
const LENGTH_PREFIX_BYTES = 4;
const keyPurposes: readonly KeyPurpose[] = ["code", "token", "throttle"];
export const keyringColumn = encryptedColumn(KeyringEntity, "keySealed", ["keyring", "key_sealed"], ["id"]);

/**
 * The gateway's own random keys, shared by all processes of one database. They are encrypted under the master key, so that the database
 * alone does not allow guessing a code or token.
 */
export class Keyring {
  private constructor(private readonly keys: ReadonlyMap<KeyPurpose, Uint8Array>) {}

  /** Loads the keys, creating them on first start. @throws DecryptionError when they are not encrypted under a configured master key */
  static async load(database: Database, encryptor: Encryptor, clock: Clock): Promise<Keyring> {
    const keys = new Map<KeyPurpose, Uint8Array>();
    for (const purpose of keyPurposes) keys.set(purpose, await loadOrCreateKey(database, encryptor, clock, purpose));
    return new Keyring(keys);
  }

  /** Decrypts every stored key; creates none. @throws DecryptionError when a key is encrypted under a master key that is not configured */
  static async verifyDecryptable(database: Database, encryptor: Encryptor): Promise<void> {
    for (const { id, keySealed } of await database.readManager.getRepository(KeyringEntity).find())
      await encryptor.decrypt(keyringColumn.associatedData({ id }), keySealed);
  }

  /** HMAC-SHA-256 (RFC 2104) over the length-prefixed parts, so that different lists of parts never give the same input. */
  mac(purpose: KeyPurpose, ...parts: readonly (string | Uint8Array)[]): Buffer {
    const key = this.keys.get(purpose);
    if (!key) throw new Error(`No ${purpose} key in the keyring`);
    const input = Buffer.alloc(parts.reduce((length, part) => length + LENGTH_PREFIX_BYTES + Buffer.byteLength(part), 0));
    let offset = 0;
    for (const part of parts) {
      offset = input.writeUInt32BE(Buffer.byteLength(part), offset);
      if (typeof part === "string") offset += input.write(part, offset);
      else {
        input.set(part, offset);
        offset += part.length;
      }
    }
    return createHmac("sha256", key).update(input).digest();
  }
}

async function loadOrCreateKey(database: Database, encryptor: Encryptor, clock: Clock, purpose: KeyPurpose): Promise<Uint8Array> {
  const id = `${purpose}-1`;
  const aad = keyringColumn.associatedData({ id });
  const find = () => database.readManager.getRepository(KeyringEntity).findOneBy({ id });
  const found = await find();
  if (found) return await encryptor.decrypt(aad, found.keySealed);
  const key = randomBytes(32);
  const row = { id, purpose, keySealed: await encryptor.encrypt(aad, key), createdAt: clock.now() };
  try {
    await database.autocommit((manager) => manager.insert(KeyringEntity, row));
    return key;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
  }
  const existing = await find();
  if (!existing) throw new Error("Keyring row not found after a unique violation");
  return await encryptor.decrypt(aad, existing.keySealed);
}
