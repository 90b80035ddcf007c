import type { PasswordHash, PasswordHasher } from "../../../platform/crypto/index.js";
import type { Database } from "../../../platform/database/index.js";
import type { User, UserRepository } from "../../users/index.js";
import { isPasswordText } from "./password-policy.js";

/** Verifies passwords of users. */
export class PasswordAuthenticator {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly users: UserRepository,
    private readonly database: Database,
  ) {}

  /**
   * Returns the current hash when the password is correct, else null. Takes the same time for an unknown user, a user without a password
   * and a malformed hash. A hash with another cost is recomputed after a correct password, unless it was changed concurrently.
   * @throws GatewayError UNAVAILABLE when the hashing queue is full
   */
  async verify(user: User | null, password: string): Promise<PasswordHash | null> {
    const stored = isPasswordText(password) ? (user?.password ?? null) : null;
    const isRight = await this.hasher.verify(password, stored);
    if (!isRight || !user || !stored) return null;
    return this.hasher.needsRehash(stored) ? await this.rehash(user, stored, password) : stored;
  }

  private async rehash(user: User, previous: PasswordHash, password: string): Promise<PasswordHash> {
    const next = await this.hasher.hash(password);
    const isReplaced = await this.database.transaction((tx) => this.users.replacePasswordHash(tx, user, previous.hash, next));
    return isReplaced ? next : previous;
  }
}
