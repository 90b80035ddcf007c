import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, count, instant } = columnTypes;

export class CreateChallengeTables1764000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "challenges",
      primary: ["application_id", "purpose", "binding_hash"],
      columns: {
        application_id: id,
        purpose: text(24),
        binding_hash: text(64),
        generation: id,
        code_hash: text(64),
        detail: nullable(text(512)),
        attempts: count,
        issued_at: instant,
        sent_at: nullable(instant),
        expires_at: instant,
        link_hash: nullable(text(64)),
        link_expires_at: nullable(instant),
        kept_until: instant,
        consumed_at: nullable(instant),
      },
      indexes: { challenges_link: ["application_id", "link_hash"], challenges_kept_until: ["kept_until"] },
    });
    await createTable(runner, {
      name: "challenge_tickets",
      primary: ["application_id", "purpose", "binding_hash", "slot"],
      columns: {
        application_id: id,
        purpose: text(24),
        binding_hash: text(64),
        slot: count,
        ticket_hash: text(64),
        attempts: count,
        created_at: instant,
        expires_at: instant,
      },
      indexes: { challenge_tickets_expires_at: ["expires_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["challenge_tickets", "challenges"]) await runner.dropTable(table, true);
  }
}
