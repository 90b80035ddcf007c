import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { MasterKey } from "./master-key.js";

/** Thrown when a sealed value cannot be opened: altered, moved to another row, or its key is gone. */
export class DecryptionError extends Error {
  override name = "DecryptionError";
}

/** A key that seals, by its id. */
export type EncryptionKey = MasterKey;

/**
 * Seals values for the database: AES-256-GCM with a random nonce, as compact JWE (RFC 7516; `dir`, `A256GCM`, `kid`). The place a value
 * belongs to (table, column, application, row) is part of the authenticated header: moved elsewhere it does not open.
 */
export class Encryptor {
  private onDecryptionFailure: (place: readonly string[]) => void = () => {};

  constructor(private readonly keys: readonly EncryptionKey[]) {}

  /** Tells `listener` of every value that cannot be opened: by its table, column, application and row. */
  onFailure(listener: (place: readonly string[]) => void): void {
    this.onDecryptionFailure = listener;
  }

  /**
   * What everything begins with that is sealed under today's key (the header, up to the key's id, in base64url): a database finds the
   * rest by it.
   */
  get currentKeyPrefix(): string {
    const header = Buffer.from(JSON.stringify(headerOf(this.currentKey.id, "")));
    const upToKeyId = header.subarray(0, header.lastIndexOf(',"place"') + 1);
    return upToKeyId.subarray(0, upToKeyId.length - (upToKeyId.length % 3)).toString("base64url");
  }

  /** The same value under today's key. @throws SealBroken */
  async reencrypt(associatedData: readonly string[], ciphertext: string): Promise<string> {
    return await this.encrypt(associatedData, await this.decrypt(associatedData, ciphertext));
  }

  async encrypt(associatedData: readonly string[], value: string | Uint8Array): Promise<string> {
    const { id, key } = this.currentKey;
    const plaintext = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return await new CompactEncrypt(plaintext).setProtectedHeader(headerOf(id, associatedData.join("/"))).encrypt(key);
  }

  /** @throws SealBroken */
  async decrypt(associatedData: readonly string[], ciphertext: string): Promise<Uint8Array> {
    try {
      const { kid, place: boundTo } = decodeProtectedHeader(ciphertext);
      const key = this.keys.find(({ id }) => id === kid);
      if (!key) throw new Error(`no key with the id ${String(kid)}`);
      if (boundTo !== associatedData.join("/")) throw new Error("associated data does not match");
      const { plaintext } = await compactDecrypt(ciphertext, key.key, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return plaintext;
    } catch (cause) {
      this.onDecryptionFailure(associatedData);
      throw new DecryptionError(`Cannot decrypt a value of ${associatedData[0]}`, { cause });
    }
  }

  async decryptText(associatedData: readonly string[], ciphertext: string): Promise<string> {
    return new TextDecoder().decode(await this.decrypt(associatedData, ciphertext));
  }

  private get currentKey(): EncryptionKey {
    const [currentKey] = this.keys;
    if (!currentKey) throw new Error("No encryption key configured");
    return currentKey;
  }
}

const headerOf = (kid: string, place: string) => ({ alg: "dir", enc: "A256GCM", kid, place });
