import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, columnTypes } from "../src/platform/database/index.js";

export class AddLanes1764000041000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "outbox_messages", { lane: { ...columnTypes.text(36), default: "''" } });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropColumn("outbox_messages", "lane");
  }
}
