import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { MasterKey } from "./master-key.js";

/** Thrown when a value cannot be decrypted: it was altered or moved to another row, or its key is missing. */
export class DecryptionError extends Error {
  override name = "DecryptionError";
}

/** An encryption key and its id. */
export type EncryptionKey = MasterKey;

/**
 * Encrypts values for the database: AES-256-GCM with a random nonce, as compact JWE (RFC 7516; `dir`, `A256GCM`, `kid`). The location of a
 * value (table, column, application, row) is part of the authenticated header, so that it cannot be decrypted elsewhere.
 */
export class Encryptor {
  private onDecryptionFailure: (place: readonly string[]) => void = () => {};

  constructor(private readonly keys: readonly EncryptionKey[]) {}

  /** Calls `listener` with the table, column, application and row of every value that cannot be decrypted. */
  onFailure(listener: (place: readonly string[]) => void): void {
    this.onDecryptionFailure = listener;
  }

  /**
   * Common prefix of all values encrypted under the current key (the base64url header up to the key id). Queries use it to find values
   * under other keys.
   */
  get currentKeyPrefix(): string {
    const header = Buffer.from(JSON.stringify(headerOf(this.currentKey.id, "")));
    const upToKeyId = header.subarray(0, header.lastIndexOf(',"place"') + 1);
    return upToKeyId.subarray(0, upToKeyId.length - (upToKeyId.length % 3)).toString("base64url");
  }

  /** Re-encrypts a value under the current key. @throws DecryptionError */
  async reencrypt(associatedData: readonly string[], ciphertext: string): Promise<string> {
    return await this.encrypt(associatedData, await this.decrypt(associatedData, ciphertext));
  }

  async encrypt(associatedData: readonly string[], value: string | Uint8Array): Promise<string> {
    const { id, key } = this.currentKey;
    const plaintext = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return await new CompactEncrypt(plaintext).setProtectedHeader(headerOf(id, associatedData.join("/"))).encrypt(key);
  }

  /** @throws DecryptionError */
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
