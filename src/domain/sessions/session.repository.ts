import { In, IsNull, Not } from "typeorm";
import {
  BatchedLookup,
  type Database,
  PreparedInsert,
  PreparedUpdate,
  selectProperties,
  type Transaction,
} from "../../platform/database/index.js";
import { ApplicationEntity } from "../applications/index.js";
import { toUser, UserEntity, userProperties } from "../users/index.js";
import { SessionEntity } from "./session.entity.js";
import { type Rotation, SessionRotations, tokenProperties } from "./session-rotation.repository.js";

export type EndReason =
  | "LOG_OUT"
  | "REVOKED"
  | "SUSPENDED"
  | "PASSWORD_CHANGED"
  | "HANDLE_CHANGED"
  | "TOKEN_REUSED"
  | "PASSWORD_RESET"
  | "SECOND_FACTOR_CHANGED"
  | "RESTORED";

const currentSessionProperties = [
  "applicationId",
  "id",
  "userId",
  "authenticatedAt",
  "amr",
  ...tokenProperties,
  "lastUsedAt",
  "absoluteExpiresAt",
  "endedAt",
] as const;
/** The columns of a session that requests need. */
export type CurrentSession = Pick<SessionEntity, (typeof currentSessionProperties)[number]>;

const selection = {
  session: selectProperties(SessionEntity, currentSessionProperties),
  person: selectProperties(UserEntity, userProperties),
  application: selectProperties(ApplicationEntity, ["settingsVersion"]),
};
export class SessionRepository {
  private readonly preparedInsert = new PreparedInsert(this.database, SessionEntity);
  private readonly preparedUse = new PreparedUpdate(
    this.database,
    SessionEntity,
    ["lastUsedAt"],
    ["applicationId", "id", "sessionTokenHash", "endedAt"],
  );
  private readonly rotations = new SessionRotations(this.database);
  private readonly withUser = new BatchedLookup(
    this.database,
    selection,
    `FROM sessions session JOIN users person ON person.application_id = session.application_id AND person.id = session.user_id
       JOIN applications application ON application.id = session.application_id`,
    ["session.application_id", "session.id"],
    ({ session }) => [session.applicationId, session.id],
  );

  constructor(private readonly database: Database) {}

  /** Reads a session with its user and the version of its application's settings in one query. */
  async findWithUser(applicationId: string, id: string) {
    const row = await this.withUser.first([applicationId, id]);
    return row && { session: row.session, user: toUser(row.person), settingsVersion: row.application.settingsVersion };
  }

  async find(applicationId: string, id: string): Promise<SessionEntity | null> {
    return await this.sessions.findOneBy({ applicationId, id });
  }

  async insert(tx: Transaction, row: SessionEntity): Promise<void> {
    await this.preparedInsert.run([row], tx.manager);
  }

  /** Replaces the tokens of a live session if they are still those that were read; see SessionRotations. */
  async rotate({ applicationId, id, refreshTokenHash }: CurrentSession, createRotation: () => Rotation): Promise<boolean> {
    return await this.rotations.rotate({ applicationId, id, refreshTokenHash, createRotation });
  }

  /** Replaces the current tokens of a live session if they are still those that were read; their parent remains. False otherwise. */
  async replaceTokens(
    tx: Transaction,
    { applicationId, id, refreshTokenHash }: CurrentSession,
    tokens: Omit<Rotation, `parent${string}`>,
  ): Promise<boolean> {
    const expected = { applicationId, id, refreshTokenHash, endedAt: IsNull() };
    return (await tx.manager.update(SessionEntity, expected, tokens)).affected === 1;
  }

  /** Records a use of the current session token, unless it was replaced or the session has ended since it was read. */
  async recordUse({ applicationId, id, sessionTokenHash }: CurrentSession, lastUsedAt: Date): Promise<void> {
    const expected = { applicationId, id, sessionTokenHash, endedAt: null };
    await this.database.autocommit((manager) => this.preparedUse.run(expected, { lastUsedAt }, manager));
  }

  /** Ends one session; false when it had already ended. */
  async end(tx: Transaction, applicationId: string, id: string, endReason: EndReason, endedAt: Date): Promise<boolean> {
    const { affected } = await tx.manager.update(SessionEntity, { applicationId, id, endedAt: IsNull() }, { endedAt, endReason });
    return affected === 1;
  }

  /** Records time or methods of an authentication in a live session; false when it has ended. */
  async recordAuthentication(
    tx: Transaction,
    applicationId: string,
    id: string,
    change: Partial<Pick<SessionEntity, "authenticatedAt" | "amr">>,
  ): Promise<boolean> {
    const { affected } = await tx.manager.update(SessionEntity, { applicationId, id, endedAt: IsNull() }, change);
    return affected === 1;
  }

  async deleteByUser(tx: Transaction, applicationId: string, userId: string): Promise<void> {
    await tx.manager.delete(SessionEntity, { applicationId, userId });
  }

  /** Ends all sessions of a user except `except`; returns how many. */
  async endByUser(
    tx: Transaction,
    applicationId: string,
    userId: string,
    endReason: EndReason,
    endedAt: Date,
    except?: string,
  ): Promise<number> {
    const { affected } = await tx.manager.update(
      SessionEntity,
      { applicationId, userId, endedAt: IsNull(), ...(except === undefined ? {} : { id: Not(except) }) },
      { endedAt, endReason },
    );
    return affected ?? 0;
  }

  /** Sessions of these users that have not ended, most recently used first. */
  async listByUsers(applicationId: string, userIds: readonly string[]): Promise<SessionEntity[]> {
    return await this.sessions.find({
      where: { applicationId, userId: In([...userIds]), endedAt: IsNull() },
      order: { lastUsedAt: "DESC", id: "ASC" },
    });
  }

  private get sessions() {
    return this.database.readManager.getRepository(SessionEntity);
  }
}
