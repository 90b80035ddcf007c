import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, shapes } from "../src/platform/database/index.js";

export class AddLanes1764000041000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "outbox_messages", { lane: { ...shapes.text(36), default: "''" } });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("outbox_messages", "lane");
  }
}
