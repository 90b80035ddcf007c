import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, count, instant } = columnTypes;

export class CreateUserTables1764000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "users",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        subject: text(255),
        email: nullable(text(254)),
        email_as_typed: nullable(text(508)),
        password_hash: nullable(text(128)),
        password_scheme: nullable(text(16)),
        metadata: longText,
        locale: text(35),
        status: text(16),
        device_epoch: count,
        created_at: instant,
        last_log_in_at: nullable(instant),
      },
      unique: { users_email: ["application_id", "email"], users_subject: ["application_id", "subject"] },
      indexes: { users_created_at: ["application_id", "created_at"] },
    });
    await createTable(runner, {
      name: "pending_sign_ups",
      primary: ["application_id", "email", "slot"],
      columns: {
        application_id: id,
        email: text(254),
        slot: count,
        email_as_typed: text(508),
        password_hash: text(128),
        password_scheme: text(16),
        metadata: longText,
        locale: text(35),
        network: text(45),
        created_at: instant,
        expires_at: instant,
      },
      indexes: { pending_sign_ups_expires_at: ["expires_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["pending_sign_ups", "users"]) await runner.dropTable(table, true);
  }
}
