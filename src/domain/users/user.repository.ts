import { type FindOptionsWhere, In, IsNull, Not } from "typeorm";
import type { PasswordHash } from "../../platform/crypto/index.js";
import type { Transaction } from "../../platform/database/index.js";
import { type Database, PreparedSelect, PreparedUpdate } from "../../platform/database/index.js";
import type { PageRequest } from "../../platform/pagination/index.js";
import type { Email } from "./email.js";
import type { Metadata } from "./metadata.js";
import type { Phone } from "./phone.js";
import { UserEntity } from "./user.entity.js";
import { toUser, type User, type UserKey, type UserStatus } from "./user.js";

export interface NewUser {
  readonly applicationId: string;
  readonly id: string;
  readonly email: Email;
  readonly emailAsTyped: string;
  readonly password: PasswordHash | null;
  readonly metadata: Metadata;
  readonly locale: string;
  readonly createdAt: Date;
  /** The user who sent the invitation, if any. */
  readonly invitedById?: string | null;
  /** Defaults to the time of creation; null for users who have not logged in yet. */
  readonly lastLogInAt?: Date | null;
}
export interface UserFilter {
  /** The beginning of a canonical address. */
  readonly search?: string;
  /** True: only users without an address. */
  readonly isAnonymous?: boolean;
  readonly status?: UserStatus;
}

/** The change with which a row is locked. */
const locked = { lockVersion: () => "lock_version + 1" };
const activeWithPassword = ["applicationId", "id", "status", "passwordHash"] as const;

export class UserRepository {
  private readonly byHandle = new PreparedSelect(
    this.database,
    { person: UserEntity },
    "FROM users person WHERE person.application_id = ? AND person.email = ?",
  );
  private readonly preparedLogInUpdate = new PreparedUpdate(this.database, UserEntity, ["lastLogInAt"], activeWithPassword);

  constructor(private readonly database: Database) {}

  async findByHandle(applicationId: string, email: Email): Promise<User | null> {
    const row = await this.byHandle.first([applicationId, email]);
    return row && toUser(row.person);
  }

  async findById(applicationId: string, id: string): Promise<User | null> {
    const row = await this.users.findOneBy({ applicationId, id });
    // MySQL and MariaDB ignore trailing spaces when they compare ids.
    return row?.id === id ? toUser(row) : null;
  }

  /** The user who was created first; null if there are none. */
  async findFirst(applicationId: string): Promise<User | null> {
    const row = await this.users.findOne({ where: { applicationId }, order: { createdAt: "ASC", id: "ASC" } });
    return row && toUser(row);
  }

  /** The highest bcrypt cost of all stored passwords; 0 without passwords. Reads every user. */
  async findHighestPasswordCost(): Promise<number> {
    const query = this.users.createQueryBuilder("user").select("MAX(SUBSTR(user.passwordHash, 5, 2))", "cost");
    return Number((await query.getRawOne<{ cost: string | null }>())?.cost ?? 0);
  }

  async count(applicationId: string): Promise<number> {
    return await this.users.countBy({ applicationId });
  }

  /** A new user's id is its subject. @throws a unique violation when the handle is taken */
  async insert(tx: Transaction, user: NewUser): Promise<User> {
    const { password, ...rest } = user;
    const row = Object.assign(new UserEntity(), rest, {
      subject: user.id,
      status: "ACTIVE",
      deviceEpoch: 0,
      lockVersion: 0,
      lastLogInAt: user.lastLogInAt === undefined ? user.createdAt : user.lastLogInAt,
      phone: null,
      phoneVerifiedAt: null,
      invitedById: user.invitedById ?? null,
      passwordHash: password?.hash ?? null,
      passwordScheme: password?.scheme ?? null,
    });
    await tx.manager.insert(UserEntity, row as never);
    return toUser(row);
  }

  /** Replaces the hash only if it is still `expectedHash`, so that a rehash at log-in does not undo a concurrent password change. */
  async replacePasswordHash(tx: Transaction, { applicationId, id }: User, expectedHash: string, next: PasswordHash): Promise<boolean> {
    const key = { applicationId, id, passwordHash: expectedHash };
    return await this.updateOne(tx, key, { passwordHash: next.hash, passwordScheme: next.scheme });
  }

  /** Sets a new password and invalidates all recognised devices. Returns the changed user. */
  async resetPassword(tx: Transaction, user: User, { hash, scheme }: PasswordHash): Promise<User> {
    const { applicationId, id } = user;
    const deviceEpoch = user.deviceEpoch + 1;
    await tx.manager.update(UserEntity, { applicationId, id }, { passwordHash: hash, passwordScheme: scheme, deviceEpoch });
    return { ...user, password: { hash, scheme }, deviceEpoch };
  }

  /** Sets a new password if the old one is still set; false if it was changed concurrently. */
  async changePassword(
    tx: Transaction,
    { applicationId, id }: User,
    expectedHash: string,
    { hash, scheme }: PasswordHash,
  ): Promise<boolean> {
    const key = { applicationId, id, passwordHash: expectedHash, status: "ACTIVE" };
    return await this.updateOne(tx, key, { passwordHash: hash, passwordScheme: scheme });
  }

  /** Replaces the metadata. The caller holds the lock of the row (`lockActive`), so that no concurrent change is lost. */
  async replaceMetadata(tx: Transaction, { applicationId, id }: User, metadata: Metadata): Promise<void> {
    await tx.manager.update(UserEntity, { applicationId, id }, { metadata } as never);
  }

  /** False if the user already has this status. */
  async setStatus(tx: Transaction, { applicationId, id }: User, status: UserStatus): Promise<boolean> {
    return await this.updateOne(tx, { applicationId, id, status: Not(status) }, { status });
  }

  /** Newest first; one user more than the page has, which tells whether another page follows. */
  async listPage(applicationId: string, filter: UserFilter, page: PageRequest): Promise<User[]> {
    const query = this.createFilteredQuery(applicationId, filter);
    if (page.after) query.andWhere("(user.createdAt < :createdAt OR (user.createdAt = :createdAt AND user.id < :id))", page.after);
    const rows = await query
      .orderBy("user.createdAt", "DESC")
      .addOrderBy("user.id", "DESC")
      .take(page.first + 1)
      .getMany();
    return rows.map(toUser);
  }

  async countMatches(applicationId: string, filter: UserFilter): Promise<number> {
    return await this.createFilteredQuery(applicationId, filter).getCount();
  }

  /** In the order of `ids`; null for ids without a user. */
  async findByIds(applicationId: string, ids: readonly string[]): Promise<(User | null)[]> {
    const rows = await this.users.findBy({ applicationId, id: In([...ids]) });
    const byId = new Map(rows.map((row) => [row.id, toUser(row)]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  /** False if the user no longer exists. */
  async setLocale(tx: Transaction, { applicationId, id }: User, locale: string): Promise<boolean> {
    return await this.updateOne(tx, { applicationId, id }, { locale });
  }

  /** False if the user no longer exists. @throws a unique violation when the handle is taken */
  async setEmail(tx: Transaction, { applicationId, id }: User, email: Email, emailAsTyped: string): Promise<boolean> {
    return await this.updateOne(tx, { applicationId, id }, { email, emailAsTyped });
  }

  /** Sets a verified number; false if there is no such active user. @throws a unique violation when it is taken */
  async setPhone(tx: Transaction, { applicationId, id }: User, phone: Phone, phoneVerifiedAt: Date): Promise<boolean> {
    const key = { applicationId, id, status: "ACTIVE" };
    return await this.updateOne(tx, key, { phone, phoneVerifiedAt });
  }

  async removePhone(tx: Transaction, { applicationId, id }: User): Promise<void> {
    await tx.manager.update(UserEntity, { applicationId, id }, { phone: null, phoneVerifiedAt: null });
  }

  /** Locks the row of a user of any status until the transaction ends, and reads it; null if there is none. */
  async lock(tx: Transaction, applicationId: string, id: string): Promise<User | null> {
    return (await this.updateOne(tx, { applicationId, id }, locked)) ? await this.findById(applicationId, id) : null;
  }

  /** Locks the row until the transaction ends. False if the active user no longer exists; then write nothing about the user. */
  async lockActive(tx: Transaction, { applicationId, id }: UserKey): Promise<boolean> {
    const key = { applicationId, id, status: "ACTIVE" };
    return await this.updateOne(tx, key, locked);
  }

  /** False if the user no longer exists or the address or number was changed concurrently. */
  async delete(tx: Transaction, { applicationId, id, email, phone }: User): Promise<boolean> {
    const expected = { applicationId, id, email: email ?? IsNull(), phone: phone ?? IsNull() };
    const { affected } = await tx.manager.delete(UserEntity, expected);
    return affected === 1;
  }

  /**
   * Records a log-in if the user is active and still has the verified password; false otherwise. It locks the row, so a
   * password change or suspension that runs at the same time either sees the new session or prevents it.
   */
  async recordLogIn(tx: Transaction, { applicationId, id }: User, passwordHash: string, now: Date): Promise<boolean> {
    return (
      (await this.preparedLogInUpdate.run({ applicationId, id, status: "ACTIVE", passwordHash }, { lastLogInAt: now }, tx.manager)) === 1
    );
  }

  /** Locks the row if the user is active and still has the password that was read; false otherwise. */
  async lockIfUnchanged(tx: Transaction, { applicationId, id, password }: User): Promise<boolean> {
    const status: User["status"] = "ACTIVE";
    const expected = { applicationId, id, status, passwordHash: password?.hash ?? IsNull() };
    return await this.updateOne(tx, expected, locked);
  }

  private async updateOne(
    tx: Transaction,
    expected: FindOptionsWhere<UserEntity>,
    change: Partial<UserEntity> | typeof locked,
  ): Promise<boolean> {
    return (await tx.manager.update(UserEntity, expected, change as never)).affected === 1;
  }

  private createFilteredQuery(applicationId: string, { search, isAnonymous, status }: UserFilter) {
    const query = this.database.readManager.createQueryBuilder(UserEntity, "user").where({ applicationId });
    // The search text is literal, so wildcards are escaped.
    if (search) query.andWhere("user.email LIKE :pattern ESCAPE '!'", { pattern: `${search.replace(/[!%_]/g, "!$&")}%` });
    if (isAnonymous !== undefined) query.andWhere({ email: isAnonymous ? IsNull() : Not(IsNull()) });
    if (status !== undefined) query.andWhere({ status });
    return query;
  }

  private get users() {
    return this.database.readManager.getRepository(UserEntity);
  }
}
