import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, count, instant } = columnTypes;

export class CreateSecondFactorTables1764000035000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "second_factors",
      primary: ["application_id", "user_id", "method", "state"],
      columns: {
        application_id: id,
        user_id: id,
        method: text(8),
        state: text(8),
        id,
        secret_sealed: nullable(longText),
        last_step: count,
        attempts: count,
        enrolled_at: instant,
        last_used_at: nullable(instant),
        expires_at: nullable(instant),
      },
      indexes: { second_factors_expires_at: ["expires_at"] },
    });
    await createTable(runner, {
      name: "recovery_codes",
      primary: ["application_id", "user_id", "code_hash"],
      columns: { application_id: id, user_id: id, code_hash: text(64), created_at: instant },
    });
    await addColumns(runner, "sessions", { amr: nullable(text(64)) });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["recovery_codes", "second_factors"]) await runner.dropTable(table, true);
  }
}
