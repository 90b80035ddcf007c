import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns } from "../src/platform/database/index.js";

export class AddLockVersions1764000043000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // SQLite keeps the name of the type as it is given here, and the entity's type is `integer` there.
    await addColumns(runner, "users", { lock_version: { type: "integer", default: "0" } });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("users", "lock_version");
  }
}
