import type { MigrationInterface, QueryRunner } from "typeorm";
import { columnTypes, createTable, nullable } from "../src/platform/database/index.js";

const { id, text, longText, count, instant } = columnTypes;

export class CreateGatewayTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: "keyring",
      primary: ["id"],
      columns: { id, purpose: text(16), key_sealed: longText, created_at: instant },
    });
    await createTable(runner, {
      name: "applications",
      primary: ["id"],
      columns: {
        id,
        name: text(128),
        status: text(16),
        app_key: text(64),
        secret_key_hash: text(64),
        owner_id: nullable(id),
        settings: longText,
        settings_version: count,
        created_at: instant,
      },
      unique: { applications_app_key: ["app_key"], applications_secret_key_hash: ["secret_key_hash"] },
    });
    await createTable(runner, {
      name: "signing_keys",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id: text(43),
        state: text(16),
        private_key_sealed: longText,
        public_key_pem: longText,
        public_jwk: longText,
        created_at: instant,
        used_since: nullable(instant),
        retires_at: nullable(instant),
      },
    });
    await createTable(runner, {
      name: "audit_events",
      primary: ["application_id", "id"],
      columns: {
        application_id: id,
        id,
        event: text(48),
        outcome: text(16),
        actor: nullable(text(48)),
        address: nullable(text(45)),
        request_id: nullable(id),
        details: longText,
        created_at: instant,
      },
      indexes: { audit_events_created_at: ["application_id", "created_at"] },
    });
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ["audit_events", "signing_keys", "applications", "keyring"]) await runner.dropTable(table, true);
  }
}
