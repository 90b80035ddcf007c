import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, addIndexes, columnTypes, nullable } from "../src/platform/database/index.js";

const { id, text } = columnTypes;

/**
 * Maps the column `actor` of existing events: the id of a user, else the kind of actor, in the spellings of earlier releases. It stays,
 * because processes of the previous release read and write it.
 */
const MAP_ACTORS = `UPDATE audit_events SET
  actor_kind = CASE
    WHEN actor IS NULL AND event IN ('MESSAGE_FAILED', 'BUDGET_ALARM', 'SEAL_BROKEN') THEN 'GATEWAY'
    WHEN actor IS NULL THEN 'UNAUTHENTICATED'
    WHEN actor IN ('back end', 'application', 'BACK_END') THEN 'BACK_END'
    WHEN actor IN ('operator', 'OPERATOR') THEN 'OPERATOR'
    WHEN actor IN ('UNAUTHENTICATED', 'GATEWAY') THEN actor
    ELSE 'USER' END,
  actor_id = CASE WHEN actor LIKE '________-____-____-____-____________' THEN actor END,
  user_id = CASE WHEN actor LIKE '________-____-____-____-____________' THEN actor END
  WHERE actor_kind IS NULL`;

export class AddUsersOfAuditEvents1764000061000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "audit_events", { actor_kind: nullable(text(16)), actor_id: nullable(id), user_id: nullable(id) });
    await runner.query(MAP_ACTORS);
    await addIndexes(runner, "audit_events", {
      audit_events_user: ["application_id", "user_id", "created_at"],
      audit_events_event: ["application_id", "event", "created_at"],
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of ["audit_events_user", "audit_events_event"]) await runner.dropIndex("audit_events", index);
    for (const column of ["actor_kind", "actor_id", "user_id"]) await runner.dropColumn("audit_events", column);
  }
}
