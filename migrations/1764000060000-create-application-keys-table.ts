import { randomUUID } from "node:crypto";
import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, instant } = columnTypes;

/** The keys of existing applications: the columns `app_key` and `secret_key_hash` stay, because processes of the previous release read them. */
const COPY_KEYS = `INSERT INTO application_keys (application_id, id, kind, value, created_at)
  SELECT id, ?, 'APP', app_key, created_at FROM applications WHERE id = ?
  UNION ALL SELECT id, ?, 'SECRET', secret_key_hash, created_at FROM applications WHERE id = ?`;

export class CreateApplicationKeysTable1764000060000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "applications", { kind: { ...text(16), default: "'NORMAL'" } });
    await createTable(runner, {
      name: "application_keys",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        kind: text(8),
        value: text(64),
        prefix: nullable(text(16)),
        created_at: instant,
        last_used_at: nullable(instant),
        expires_at: nullable(instant),
        revoked_at: nullable(instant),
      },
      unique: { application_keys_value: ["value"] },
    });
    const missing = "SELECT id FROM applications WHERE id NOT IN (SELECT application_id FROM application_keys)";
    for (const application of (await runner.query(missing)) as { id: string }[])
      await runner.query(COPY_KEYS, [randomUUID(), application.id, randomUUID(), application.id]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("application_keys", true);
    await runner.dropColumn("applications", "kind");
  }
}
