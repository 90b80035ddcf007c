import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, columnTypes } from "../src/platform/database/index.js";

export class AddLockVersions1764000043000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "users", { lock_version: { ...columnTypes.count, default: "0" } });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("users", "lock_version");
  }
}
