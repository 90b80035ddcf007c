import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, count, instant } = columnTypes;

export class CreateMessageTables1764000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "outbox_messages",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        template: text(32),
        recipient_masked: text(254),
        recipient_hash: text(64),
        payload_sealed: nullable(longText),
        replaces_hash: nullable(text(64)),
        status: text(16),
        attempts: count,
        next_attempt_at: instant,
        lease_owner: nullable(id),
        lease_until: nullable(instant),
        created_at: instant,
        expires_at: instant,
        finished_at: nullable(instant),
        last_failure: nullable(text(64)),
      },
      indexes: {
        outbox_messages_due: ["status", "next_attempt_at"],
        outbox_messages_recipient: ["application_id", "recipient_hash"],
        outbox_messages_replaces: ["application_id", "replaces_hash", "status"],
        outbox_messages_finished_at: ["finished_at"],
      },
    });
    await createTable(runner, {
      name: "inbox_messages",
      primary: ["id"],
      columns: { id, sender: text(400), recipient: text(254), subject: text(512), text: longText, html: longText, received_at: instant },
      indexes: { inbox_messages_received_at: ["received_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["inbox_messages", "outbox_messages"]) await runner.dropTable(table, true);
  }
}
