import { createHash, randomBytes } from "node:crypto";
import type { HashPool, IsAbandoned } from "./hash-pool.js";

/** bcrypt: hash of the password. bcrypt-sha384: hash of base64(SHA-384(password)), for passwords that exceed bcrypt's 72 bytes. */
export type PasswordScheme = "bcrypt" | "bcrypt-sha384";
export interface PasswordHash {
  readonly scheme: PasswordScheme;
  readonly hash: string;
}

const MAX_BCRYPT_BYTES = 72;
/** The highest cost that can be configured. Failures never take the time of a higher one, which only imported hashes could have. */
const MAX_COST = 15;

/**
 * Hashes and verifies passwords. Passwords are normalised to NFC and otherwise used unchanged. Every failed verification takes the work of
 * one hash of the same cost, the highest one in use, so that response times do not tell which accounts exist or how old their hashes are.
 */
export class PasswordHasher {
  /** The configured cost, or the highest cost of a stored hash if that is higher. */
  private failureCost: number;

  constructor(
    private readonly pool: HashPool,
    readonly cost: number,
  ) {
    this.failureCost = cost;
  }

  /** Passwords waiting for a hashing thread. */
  get queueDepth(): number {
    return this.pool.queueDepth;
  }

  /** The bcrypt implementation; known once the threads have started. */
  get library(): string {
    return this.pool.library;
  }

  /** Starts a thread and hashes once, so that the first log-in takes as long as later ones. */
  async warmUp(): Promise<void> {
    await this.hash(randomBytes(32).toString("base64url"));
  }

  /** Starts the threads that have not been needed yet. */
  startThreads(): void {
    this.pool.startThreads();
  }

  /** Runs a request that hashes, before it causes other work; see HashPool. @throws GatewayError UNAVAILABLE under overload */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    return await this.pool.admit(work);
  }

  /** @throws GatewayError UNAVAILABLE when the hashing queue is full */
  async hash(password: string, isAbandoned?: IsAbandoned): Promise<PasswordHash> {
    const normalised = password.normalize("NFC");
    const scheme = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES ? "bcrypt" : "bcrypt-sha384";
    return { scheme, hash: await this.pool.hash(bcryptInput(normalised, scheme), this.cost, isAbandoned) };
  }

  /** False, after the same work, for a wrong password, for null and for malformed hashes. */
  async verify(password: string, stored: PasswordHash | null, isAbandoned?: IsAbandoned): Promise<boolean> {
    const usable = stored !== null && isBcryptHash(stored.hash) ? stored : null;
    const storedCost = usable && costOf(usable);
    this.raiseFailureCost(storedCost ?? 0);
    const secret = bcryptInput(password.normalize("NFC"), usable?.scheme ?? "bcrypt-sha384");
    return await this.pool.verify(secret, usable?.hash ?? null, failureCosts(storedCost, this.failureCost), isAbandoned);
  }

  /** From now on failures take the work of this cost, if it is higher than that of earlier ones. */
  raiseFailureCost(cost: number): void {
    if (cost > this.failureCost && cost <= MAX_COST) this.failureCost = cost;
  }

  /** True when the hash has another cost than the configured one. */
  needsRehash(stored: PasswordHash): boolean {
    return costOf(stored) !== this.cost;
  }
}

/**
 * Costs of the hashes that follow a failed verification at `storedCost` (null: there was none) so that both take the work of `failureCost`.
 * A hash of cost c takes 2^c rounds: after one of cost 8, hashes of costs 8, 9 and 10 make 2^8 + 2^8 + 2^9 + 2^10 = 2^11 rounds.
 */
export function failureCosts(storedCost: number | null, failureCost: number): readonly number[] {
  if (storedCost === null) return [failureCost];
  return Array.from({ length: Math.max(0, failureCost - storedCost) }, (_, index) => storedCost + index);
}

const isBcryptHash = (hash: string) => /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/.test(hash);
const costOf = ({ hash }: PasswordHash) => Number(hash.slice(4, 6));

/** Never longer than 72 bytes and never containing NUL, where bcrypt implementations truncate. */
function bcryptInput(normalised: string, scheme: PasswordScheme): string {
  const fits = Buffer.byteLength(normalised) <= MAX_BCRYPT_BYTES && !normalised.includes("\0");
  return scheme === "bcrypt" && fits ? normalised : createHash("sha384").update(normalised).digest("base64");
}
