import type { IsAbandoned, PasswordHash, PasswordHasher } from "../../../platform/crypto/index.js";
import type { Database } from "../../../platform/database/index.js";
import { type Failure, failure, GatewayError } from "../../../platform/errors/index.js";
import type { User, UserRepository } from "../../users/index.js";
import { isPasswordText } from "./password-policy.js";

/** A user and the stored hash that the given password matches. */
export interface VerifiedUser extends User {
  readonly password: PasswordHash;
}

/** How often a password is verified again because its hash was replaced in the meantime. */
const MAX_ATTEMPTS = 5;

/** The password was right, but has been changed by a concurrent request. Thrown, so that the rate limiter refunds the attempt. */
class PasswordChangedError extends Error {
  override name = "PasswordChangedError";
}

/** The failure of a caller whose password was changed while it was verified. @throws every other error */
export function failureOnPasswordChange(error: unknown, path?: readonly string[]): Failure {
  if (error instanceof PasswordChangedError) return failure("INVALID_CREDENTIALS", path ? { path } : {});
  throw error;
}

/** Verifies passwords of users. */
export class PasswordAuthenticator {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly users: UserRepository,
    private readonly database: Database,
  ) {}

  /** Reads the highest cost of all stored hashes, so that failures take its work even if the configured cost has been lowered. */
  async learnHighestCost(): Promise<void> {
    this.hasher.raiseFailureCost(await this.users.findHighestPasswordCost());
  }

  /**
   * Runs `apply` if the password is correct; null if it is not. Takes the same time for an unknown user, a user without a password and a
   * malformed hash. A hash with another cost is renewed first. `apply` returns null when the user no longer has the hash that was
   * verified, e.g. because a concurrent request renewed it: the user is then read again and judged by the hash that is there.
   * @throws GatewayError UNAVAILABLE when the hashing queue is full
   * @throws PasswordChangedError when the password was correct but has been changed; see `failureOnPasswordChange`
   */
  async withVerified<T>(
    user: User | null,
    password: string,
    isAbandoned: IsAbandoned | undefined,
    apply: (user: VerifiedUser) => Promise<T | null>,
  ): Promise<T | null> {
    let current = user;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const stored = isPasswordText(password) ? (current?.password ?? null) : null;
      const isRight = await this.hasher.verify(password, stored, isAbandoned);
      if (!isRight || !current || !stored) {
        if (attempt > 1) throw new PasswordChangedError();
        return null;
      }
      const renewed = this.hasher.needsRehash(stored) ? await this.rehash(current, stored, password) : stored;
      const outcome = renewed && (await apply({ ...current, password: renewed }));
      if (outcome !== null) return outcome;
      current = await this.users.findById(current.applicationId, current.id);
    }
    throw new GatewayError("UNAVAILABLE", { retryAfterSeconds: 1 });
  }

  /** Null when the hash was replaced concurrently. */
  private async rehash(user: User, previous: PasswordHash, password: string): Promise<PasswordHash | null> {
    const next = await this.hasher.hash(password);
    const isReplaced = await this.database.transaction((tx) => this.users.replacePasswordHash(tx, user, previous.hash, next));
    return isReplaced ? next : null;
  }
}
