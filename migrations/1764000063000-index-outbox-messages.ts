import type { MigrationInterface, QueryRunner } from "typeorm";
import { addIndexes } from "../src/platform/database/index.js";

export class IndexOutboxMessages1764000063000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addIndexes(runner, "outbox_messages", { outbox_messages_created_at: ["application_id", "created_at"] });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex("outbox_messages", "outbox_messages_created_at");
  }
}
