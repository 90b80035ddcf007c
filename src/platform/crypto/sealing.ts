import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from "jose";
import type { MasterKey } from "./master-key.js";

/** Thrown when a sealed value cannot be opened: altered, moved to another row, or its key is gone. */
export class SealBroken extends Error {
  override name = "SealBroken";
}

/** A key that seals, by its id. */
export type SealingKey = MasterKey;

/**
 * Seals values for the database: AES-256-GCM with a random nonce, as compact JWE (RFC 7516; `dir`, `A256GCM`, `kid`). The place a value
 * belongs to (table, column, application, row) is part of the authenticated header: moved elsewhere it does not open.
 */
export class Sealer {
  private onBroken: (place: readonly string[]) => void = () => {};

  constructor(private readonly keys: readonly SealingKey[]) {}

  /** Tells `listener` of every value that cannot be opened: by its table, column, application and row. */
  watch(listener: (place: readonly string[]) => void): void {
    this.onBroken = listener;
  }

  /**
   * What everything begins with that is sealed under today's key (the header, up to the key's id, in base64url): a database finds the
   * rest by it.
   */
  get currentPrefix(): string {
    const header = Buffer.from(JSON.stringify(headerOf(this.current.id, "")));
    const upToKeyId = header.subarray(0, header.lastIndexOf(',"place"') + 1);
    return upToKeyId.subarray(0, upToKeyId.length - (upToKeyId.length % 3)).toString("base64url");
  }

  /** The same value under today's key. @throws SealBroken */
  async reseal(place: readonly string[], sealed: string): Promise<string> {
    return await this.seal(place, await this.open(place, sealed));
  }

  async seal(place: readonly string[], value: string | Uint8Array): Promise<string> {
    const { id, key } = this.current;
    const plain = typeof value === "string" ? new TextEncoder().encode(value) : value;
    return await new CompactEncrypt(plain).setProtectedHeader(headerOf(id, place.join("/"))).encrypt(key);
  }

  /** @throws SealBroken */
  async open(place: readonly string[], sealed: string): Promise<Uint8Array> {
    try {
      const { kid, place: sealedFor } = decodeProtectedHeader(sealed);
      const key = this.keys.find(({ id }) => id === kid);
      if (!key) throw new Error(`no key ${String(kid)}`);
      if (sealedFor !== place.join("/")) throw new Error("sealed for another place");
      const { plaintext } = await compactDecrypt(sealed, key.key, {
        keyManagementAlgorithms: ["dir"],
        contentEncryptionAlgorithms: ["A256GCM"],
      });
      return plaintext;
    } catch (cause) {
      this.onBroken(place);
      throw new SealBroken(`A sealed value of ${place[0]} cannot be opened`, { cause });
    }
  }

  async openText(place: readonly string[], sealed: string): Promise<string> {
    return new TextDecoder().decode(await this.open(place, sealed));
  }

  private get current(): SealingKey {
    const [current] = this.keys;
    if (!current) throw new Error("No sealing key");
    return current;
  }
}

const headerOf = (kid: string, place: string) => ({ alg: "dir", enc: "A256GCM", kid, place });
