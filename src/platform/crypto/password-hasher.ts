import { createHash, randomBytes } from "node:crypto";
import type { HashPool } from "./hash-pool.js";

/** bcrypt: of the password itself. bcrypt-sha384: of base64(SHA-384(password)), for what bcrypt would cut at 72 bytes. */
export type PasswordScheme = "bcrypt" | "bcrypt-sha384";
export interface PasswordHash {
  readonly scheme: PasswordScheme;
  readonly hash: string;
}

const BCRYPT_BYTES = 72;

/** Hashes and checks passwords. The password is normalised to NFC and otherwise taken exactly as it came. */
export class PasswordHasher {
  private decoy: Promise<string> | undefined;

  constructor(
    private readonly pool: HashPool,
    readonly cost: number,
  ) {}

  /** Passwords waiting for a thread. */
  get queueDepth(): number {
    return this.pool.depth;
  }

  /** The library that hashes; known once the threads have started. */
  get library(): string {
    return this.pool.library;
  }

  /** Starts the threads and makes the decoy, so that the first log-in takes as long as any other. */
  async warm(): Promise<void> {
    await this.findDecoy();
  }

  /** @throws Refusal UNAVAILABLE when too much is being hashed */
  async hash(password: string): Promise<PasswordHash> {
    const normal = password.normalize("NFC");
    const scheme = Buffer.byteLength(normal) <= BCRYPT_BYTES ? "bcrypt" : "bcrypt-sha384";
    return { scheme, hash: await this.pool.hash(bcryptInput(normal, scheme), this.cost) };
  }

  /** Same work whether there is a usable hash or not: null and malformed hashes are answered by the decoy, with false. */
  async verify(password: string, stored: PasswordHash | null): Promise<boolean> {
    const normal = password.normalize("NFC");
    if (stored === null || !isBcryptHash(stored.hash)) {
      await this.pool.compare(bcryptInput(normal, "bcrypt-sha384"), await this.findDecoy());
      return false;
    }
    return await this.pool.compare(bcryptInput(normal, stored.scheme), stored.hash);
  }

  private async findDecoy(): Promise<string> {
    this.decoy ??= this.pool.hash(randomBytes(32).toString("base64url"), this.cost);
    try {
      return await this.decoy;
    } catch (error) {
      this.decoy = undefined;
      throw error;
    }
  }

  /** True when the hash was made with another cost than today's. */
  isOutdated(stored: PasswordHash): boolean {
    return Number(stored.hash.slice(4, 6)) !== this.cost;
  }
}

const isBcryptHash = (hash: string) => /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);

/** Never longer than 72 bytes and never with a NUL: the two inputs bcrypt treats as equal to shorter ones. */
function bcryptInput(normal: string, scheme: PasswordScheme): string {
  const fits = Buffer.byteLength(normal) <= BCRYPT_BYTES && !normal.includes("\0");
  return scheme === "bcrypt" && fits ? normal : createHash("sha384").update(normal).digest("base64");
}
