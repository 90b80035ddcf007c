import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, instant } = columnTypes;

export class CreateInvitationTables1764000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "invitations",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        email: text(254),
        inviter_id: nullable(id),
        status: text(16),
        pending_key: nullable(text(64)),
        metadata: longText,
        locale: text(35),
        created_at: instant,
        sent_at: instant,
        expires_at: instant,
      },
      unique: { invitations_pending: ["application_id", "pending_key"] },
      indexes: { invitations_email: ["application_id", "email"], invitations_inviter: ["application_id", "inviter_id", "created_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable("invitations", true);
  }
}
