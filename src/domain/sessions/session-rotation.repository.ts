import { batched, type Database, padToPowerOfTwo, repeatSql, statementBySize } from "../../platform/database/index.js";
import type { SessionEntity } from "./session.entity.js";

/** The tokens of a session, and the columns that hold them. */
const tokenColumns = {
  refreshTokenHash: "refresh_token_hash",
  sessionTokenHash: "session_token_hash",
  sessionTokenExpiresAt: "session_token_expires_at",
  parentRefreshTokenHash: "parent_refresh_token_hash",
  parentSessionTokenHash: "parent_session_token_hash",
  parentSessionTokenExpiresAt: "parent_session_token_expires_at",
  rotationNonce: "rotation_nonce",
  rotatedAt: "rotated_at",
  idleExpiresAt: "idle_expires_at",
} as const satisfies Partial<Record<keyof SessionEntity, string>>;
/** What a rotation replaces. */
const rotationColumns = { ...tokenColumns, lastUsedAt: "last_used_at" } as const;
export const tokenProperties = Object.keys(tokenColumns) as (keyof typeof tokenColumns)[];
const rotationProperties = Object.keys(rotationColumns) as (keyof typeof rotationColumns)[];
export type Rotation = Pick<SessionEntity, keyof typeof rotationColumns>;

interface RotationRequest extends Pick<SessionEntity, "applicationId" | "id" | "refreshTokenHash"> {
  readonly createRotation: () => Rotation;
}

/** The server waits up to one second for the lock of each row: together less than the gateway waits for the statement. */
const MAX_BATCH_SIZE = 4;

/** UPDATE of `size` live sessions which still have the refresh token that was read, each to values of its own, which are told apart by id. */
const rotationSql = statementBySize((size) => {
  const assignments = Object.values(rotationColumns).map((column) => `${column} = CASE id ${repeatSql("WHEN ? THEN ?", size, " ")} END`);
  const conditions = repeatSql("(application_id = ? AND id = ? AND refresh_token_hash = ? AND ended_at IS NULL)", size, " OR ");
  return `UPDATE sessions SET ${assignments.join(", ")} WHERE ${conditions}`;
});

/** Replaces tokens of sessions. Rotations issued in the same event-loop tick are one conditional UPDATE and one commit. */
export class SessionRotations {
  private readonly rotateBatched = batched(MAX_BATCH_SIZE, (requests: readonly RotationRequest[]) => this.rotateBatch(requests));

  constructor(private readonly database: Database) {}

  /**
   * True when the session was as read and its rotation is committed. False when it must be read again: it may have been changed by this
   * request, by another one, or not at all. `createRotation` runs for every attempt to send the statement; the last result counts.
   * @throws Error inside of a transaction
   */
  async rotate(request: RotationRequest): Promise<boolean> {
    if (this.database.isInTransaction) throw new Error("Autocommit statement inside a transaction");
    const isChanged = await this.rotateBatched(request);
    return isChanged ?? (await this.update([request], "many")) === 1;
  }

  /** A result is null where the batch met a lock for too long: nothing is changed, and each rotation needs its own statement. */
  private async rotateBatch(requests: readonly RotationRequest[]): Promise<(boolean | null)[]> {
    // Of several rotations of one id only the first is sent.
    const sent = [...new Map(requests.toReversed().map((request) => [request.id, request])).values()];
    const affected = await this.update(sent, sent.length === 1 ? "many" : "one");
    // When some of the rows had changed since they were read, the server does not say which.
    const isChanged = affected === null ? null : affected === sent.length;
    return requests.map((request) => (sent.includes(request) ? isChanged : false));
  }

  /** Returns how many sessions were changed; null when the only attempt met a lock. */
  private async update(requests: readonly RotationRequest[], attempts: "one" | "many"): Promise<number | null> {
    const padded = padToPowerOfTwo(requests);
    const createParameters = () => {
      const rotations = new Map(requests.map((request) => [request, request.createRotation()]));
      const assigned = rotationProperties.flatMap((property) =>
        padded.flatMap((request) => [request.id, rotations.get(request)?.[property]]),
      );
      return [...assigned, ...padded.flatMap(({ applicationId, id, refreshTokenHash }) => [applicationId, id, refreshTokenHash])];
    };
    return await this.database.executeAutocommit(rotationSql(padded.length), createParameters, attempts);
  }
}
