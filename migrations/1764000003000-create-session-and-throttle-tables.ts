import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, count, instant } = columnTypes;

export class CreateSessionAndThrottleTables1764000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "sessions",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        user_id: id,
        user_agent: nullable(text(256)),
        created_at: instant,
        last_used_at: instant,
        authenticated_at: instant,
        refresh_token_hash: text(64),
        session_token_hash: text(64),
        session_token_expires_at: instant,
        parent_refresh_token_hash: nullable(text(64)),
        parent_session_token_hash: nullable(text(64)),
        parent_session_token_expires_at: nullable(instant),
        rotation_nonce: nullable(text(43)),
        rotated_at: nullable(instant),
        idle_expires_at: instant,
        absolute_expires_at: instant,
        ended_at: nullable(instant),
        end_reason: nullable(text(24)),
      },
      indexes: { sessions_user: ["application_id", "user_id"], sessions_idle_expires_at: ["idle_expires_at"] },
    });
    await createTable(runner, {
      name: "throttle_buckets",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id: text(43),
        used: count,
        window_ends_at: instant,
        blocked_until: nullable(instant),
        counted_at: instant,
      },
      indexes: { throttle_buckets_window_ends_at: ["window_ends_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["throttle_buckets", "sessions"]) await runner.dropTable(table, true);
  }
}
