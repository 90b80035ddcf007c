import { batched, type Database, padToPowerOfTwo, repeatSql, statementBySize } from "../../platform/database/index.js";
import type { SessionEntity } from "./session.entity.js";

/** Token properties of a session and their columns. */
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
/** Columns that a rotation writes. */
const rotationColumns = { ...tokenColumns, lastUsedAt: "last_used_at" } as const;
export const tokenProperties = Object.keys(tokenColumns) as (keyof typeof tokenColumns)[];
const rotationProperties = Object.keys(rotationColumns) as (keyof typeof rotationColumns)[];
export type Rotation = Pick<SessionEntity, keyof typeof rotationColumns>;

interface RotationRequest extends Pick<SessionEntity, "applicationId" | "id" | "refreshTokenHash"> {
  readonly createRotation: () => Rotation;
}

/** The server waits up to one second per row lock: the total must be less than the statement timeout. */
const MAX_BATCH_SIZE = 4;

/** UPDATE of `size` live sessions whose refresh token is still the one that was read; the values of each are selected by id. */
const rotationSql = statementBySize((size) => {
  const assignments = Object.values(rotationColumns).map((column) => `${column} = CASE id ${repeatSql("WHEN ? THEN ?", size, " ")} END`);
  const conditions = repeatSql("(application_id = ? AND id = ? AND refresh_token_hash = ? AND ended_at IS NULL)", size, " OR ");
  return `UPDATE sessions SET ${assignments.join(", ")} WHERE ${conditions}`;
});

/** Replaces tokens of sessions. Rotations issued in the same event-loop tick are batched into one conditional UPDATE. */
export class SessionRotations {
  private readonly rotateBatched = batched(MAX_BATCH_SIZE, (requests: readonly RotationRequest[]) => this.rotateBatch(requests));

  constructor(private readonly database: Database) {}

  /**
   * True when the rotation is committed. False when the session must be read again: it may have been changed by this request, by another
   * one, or not at all. `createRotation` runs for every attempt to send the statement; the last result counts.
   * @throws Error inside a transaction
   */
  async rotate(request: RotationRequest): Promise<boolean> {
    if (this.database.isInTransaction) throw new Error("Autocommit statement inside a transaction");
    const isChanged = await this.rotateBatched(request);
    return isChanged ?? (await this.update([request], "many")) === 1;
  }

  /** Null after a lock wait timeout: nothing is changed, and each rotation needs a separate statement. */
  private async rotateBatch(requests: readonly RotationRequest[]): Promise<(boolean | null)[]> {
    // Of several rotations of the same session, only the first is sent.
    const sent = [...new Map(requests.toReversed().map((request) => [request.id, request])).values()];
    const affected = await this.update(sent, sent.length === 1 ? "many" : "one");
    // When some rows had changed since they were read, the server does not report which.
    const isChanged = affected === null ? null : affected === sent.length;
    return requests.map((request) => (sent.includes(request) ? isChanged : false));
  }

  /** Returns how many sessions were changed; null when the only attempt ended with a lock wait timeout. */
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
