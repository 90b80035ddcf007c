import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, instant } = columnTypes;

export class CreateMessageTextsTable1764000040000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "message_texts",
      primary: ["application_id", "template", "locale"],
      columns: {
        application_id: id,
        template: text(32),
        locale: text(35),
        subject: nullable(text(500)),
        text: nullable(longText),
        html: nullable(longText),
        sms: nullable(text(500)),
        changed_at: instant,
      },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("message_texts", true);
  }
}
