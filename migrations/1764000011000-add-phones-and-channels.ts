import type { MigrationInterface, QueryRunner } from "typeorm";
import { addColumns, addUnique, columnTypes, nullable } from "../src/platform/database/index.js";

const { text, instant } = columnTypes;
const channel = { ...text(8), default: "'MAIL'" };

export class AddPhonesAndChannels1764000011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, "users", { phone: nullable(text(16)), phone_verified_at: nullable(instant) });
    await addUnique(runner, "users", "users_phone", ["application_id", "phone"]);
    for (const table of ["outbox_messages", "inbox_messages"]) await addColumns(runner, table, { channel });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["outbox_messages", "inbox_messages"]) await runner.dropColumn(table, "channel");
    for (const column of ["phone", "phone_verified_at"]) await runner.dropColumn("users", column);
  }
}
