import { createHash, randomBytes } from "node:crypto";
import type { HashPool } from "./hash-pool.js";

/** bcrypt: hash of the password. bcrypt-sha384: hash of base64(SHA-384(password)), for passwords that exceed bcrypt's 72 bytes. */
export type PasswordScheme = "bcrypt" | "bcrypt-sha384";
export interface PasswordHash {
  readonly scheme: PasswordScheme;
  readonly hash: string;
}

const MAX_BCRYPT_BYTES = 72;

/** Hashes and verifies passwords. Passwords are normalised to NFC and otherwise used unchanged. */
export class PasswordHasher {
  private decoyHash: Promise<string> | undefined;

  constructor(
    private readonly pool: HashPool,
    readonly cost: number,
  ) {}

  /** Passwords waiting for a hashing thread. */
  get queueDepth(): number {
    return this.pool.queueDepth;
  }

  /** The bcrypt implementation; known once the threads have started. */
  get library(): string {
    return this.pool.library;
  }

  /** Starts a thread and computes the decoy hash, so that the first log-in takes as long as later ones. */
  async warmUp(): Promise<void> {
    await this.getDecoyHash();
  }

  /** Starts the threads that have not been needed yet. */
  startThreads(): void {
    this.pool.startThreads();
  }

  /** @throws GatewayError UNAVAILABLE when the hashing queue is full */
  async hash(password: string): Promise<PasswordHash> {
    const normalised = password.normalize("NFC");
    const scheme = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES ? "bcrypt" : "bcrypt-sha384";
    return { scheme, hash: await this.pool.hash(bcryptInput(normalised, scheme), this.cost) };
  }

  /** Takes the same time without a usable hash: for null and malformed hashes it verifies against the decoy and returns false. */
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

  /** True when the hash has another cost than the configured one. */
  needsRehash(stored: PasswordHash): boolean {
    return Number(stored.hash.slice(4, 6)) !== this.cost;
  }
}

const isBcryptHash = (hash: string) => /^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/.test(hash);

/** Never longer than 72 bytes and never containing NUL, where bcrypt implementations truncate. */
function bcryptInput(normalised: string, scheme: PasswordScheme): string {
  const fits = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES && !normalised.includes("\0");
  return scheme === "bcrypt" && fits ? normalised : createHash("sha384").update(normalised).digest("base64");
}
