import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable } from "../src/platform/database/index.js";

const { id, text, longText, instant } = columnTypes;

export class CreateApplicationSecretsTable1764000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "application_secrets",
      primary: ["application_id", "name"],
      columns: { application_id: id, name: text(64), value_sealed: longText, created_at: instant },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("application_secrets", true);
  }
}
