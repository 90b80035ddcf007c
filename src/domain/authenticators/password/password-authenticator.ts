import type { PasswordHash, PasswordHasher } from "../../../platform/crypto/index.js";
import type { Database } from "../../../platform/database/index.js";
import type { User, UserRepository } from "../../users/index.js";
import { isPasswordText } from "./password-policy.js";

/** Checks that somebody knows the password of a user. */
export class PasswordAuthenticator {
  constructor(
    private readonly hasher: PasswordHasher,
    private readonly users: UserRepository,
    private readonly database: Database,
  ) {}

  /**
   * The hash in force when the password is right, else null. Same work for an unknown user, a user without a password and a
   * malformed hash. A hash of another cost is renewed when the password was right, unless it was changed meanwhile.
   * @throws Refusal UNAVAILABLE when too much is being hashed
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
