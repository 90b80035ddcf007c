import { createHash, randomBytes } from "node:crypto";
import type { HashPool } from "./hash-pool.js";

/** bcrypt: of the password itself. bcrypt-sha384: of base64(SHA-384(password)), for what bcrypt would cut at 72 bytes. */
export type PasswordScheme = "bcrypt" | "bcrypt-sha384";
export interface PasswordHash {
  readonly scheme: PasswordScheme;
  readonly hash: string;
}

const MAX_BCRYPT_BYTES = 72;

/** Hashes and checks passwords. The password is normalised to NFC and otherwise taken exactly as it came. */
export class PasswordHasher {
  private decoyHash: Promise<string> | undefined;

  constructor(
    private readonly pool: HashPool,
    readonly cost: number,
  ) {}

  /** Passwords waiting for a thread. */
  get queueDepth(): number {
    return this.pool.queueDepth;
  }

  /** The library that hashes; known once the threads have started. */
  get library(): string {
    return this.pool.library;
  }

  /** Starts a thread and makes the decoy, so that the first log-in takes as long as any other. */
  async warmUp(): Promise<void> {
    await this.getDecoyHash();
  }

  /** Starts the threads that no job has needed yet. */
  startThreads(): void {
    this.pool.startThreads();
  }

  /** @throws Refusal UNAVAILABLE when too much is being hashed */
  async hash(password: string): Promise<PasswordHash> {
    const normalised = password.normalize("NFC");
    const scheme = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES ? "bcrypt" : "bcrypt-sha384";
    return { scheme, hash: await this.pool.hash(bcryptInput(normalised, scheme), this.cost) };
  }

  /** Same work whether there is a usable hash or not: null and malformed hashes are answered by the decoy, with false. */
  async verify(password: string, stored: PasswordHash | null): Promise<boolean> {
    const normalised = password.normalize("NFC");
    if (stored === null || !isBcryptHash(stored.hash)) {
      await this.pool.compare(bcryptInput(normalised, "bcrypt-sha384"), await this.getDecoyHash());
      return false;
    }
    return await this.pool.compare(bcryptInput(normalised, stored.scheme), stored.hash);
  }

  private async getDecoyHash(): Promise<string> {
    this.decoyHash ??= this.pool.hash(randomBytes(32).toString("base64url"), this.cost);
    try {
      return await this.decoyHash;
    } catch (error) {
      this.decoyHash = undefined;
      throw error;
    }
  }

  /** True when the hash was made with another cost than today's. */
  needsRehash(stored: PasswordHash): boolean {
    return Number(stored.hash.slice(4, 6)) !== this.cost;
  }
}

const isBcryptHash = (hash: string) => /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);

/** Never longer than 72 bytes and never with a NUL: the two inputs bcrypt treats as equal to shorter ones. */
function bcryptInput(normalised: string, scheme: PasswordScheme): string {
  const fits = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES && !normalised.includes("\0");
  return scheme === "bcrypt" && fits ? normalised : createHash("sha384").update(normalised).digest("base64");
}
