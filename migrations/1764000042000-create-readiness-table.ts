import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable } from "../src/platform/database/index.js";

/** One row, which readiness checks change. */
export class CreateReadinessTable1764000042000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, { name: "readiness_checks", primary: ["id"], columns: { id: columnTypes.id, counter: columnTypes.count } });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("readiness_checks");
  }
}
