import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable } from "../src/platform/database/index.js";

const { id, text, instant } = columnTypes;

export class CreateSigningKeyFetchesTable1764000062000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "signing_key_fetches",
      primary: ["application_id", "key_id", "fetched_on"],
      columns: { application_id: id, key_id: text(43), fetched_on: text(10), fetched_at: instant },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("signing_key_fetches", true);
  }
}
