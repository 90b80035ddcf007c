import { randomUUID } from "node:crypto";
import type { QueryRunner } from "typeorm";
import { describe, expect, it } from "vitest";
import { CreateApplicationKeysTable1764000060000 } from "../../migrations/1764000060000-create-application-keys-table.js";
import { AddUsersOfAuditEvents1764000061000 } from "../../migrations/1764000061000-add-users-of-audit-events.js";
import { gatewayForFile, TestGateway } from "../support/gateway.js";
import { ApplicationDocument } from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";

const gateway = gatewayForFile();
const migrations = [new AddUsersOfAuditEvents1764000061000(), new CreateApplicationKeysTable1764000060000()];

/** Brings the database of the gateway to the state before these migrations, as a process of the previous release left it. */
async function undoMigrations(): Promise<void> {
  const { database } = gateway.services;
  for (const migration of migrations) {
    await database.transaction(({ manager }) => migration.down(manager.queryRunner as QueryRunner));
    await gateway.query("DELETE FROM migrations WHERE name = ?", [migration.constructor.name]);
  }
}

describe("upgrade of keys and audit events", () => {
  it("UP-01 database of the previous release - next start - both keys work, and events name kind, id and user of their actors", async () => {
    const { id, appKey, secretKey } = await gateway.createApplication("Older");
    await undoMigrations();
    const userId = randomUUID();
    const actors = [userId, "back end", "application", "operator", null, "BACK_END", "OPERATOR", "UNAUTHENTICATED", "GATEWAY"];
    for (const [index, actor] of actors.entries())
      await gateway.query(
        "INSERT INTO audit_events (application_id, id, event, outcome, actor, details, created_at) VALUES (?, ?, 'LOG_IN', 'SUCCESS', ?, '{}', ?)",
        [id, randomUUID(), actor, `2026-01-01 00:00:0${index}.000`],
      );
    const upgraded = await TestGateway.start({ shareDatabaseOf: gateway });
    try {
      const { application } = await upgraded.client(appKey).expect(ApplicationDocument, {});
      expect(application.id).toBe(id);
      const { viewer } = await upgraded.management(secretKey).expect(ViewerDocument, {});
      expect(viewer?.application.id).toBe(id);
      const { applicationKeys, audit } = upgraded.services;
      expect(await applicationKeys.listAppKeys(id)).toMatchObject([{ value: appKey, isCurrent: true }]);
      expect(await applicationKeys.listSecretKeys(id)).toMatchObject([{ prefix: "lk_sec_", expiresAt: null }]);
      const events = (await audit.list({ applicationId: id, event: "LOG_IN", limit: 20 })).reverse();
      expect(events.map(({ actor }) => actor.kind)).toEqual([
        ...["USER", "BACK_END", "BACK_END", "OPERATOR", "UNAUTHENTICATED", "BACK_END", "OPERATOR", "UNAUTHENTICATED", "GATEWAY"],
      ]);
      expect(events.map(({ actor }) => actor.id)).toEqual([userId, ...actors.slice(1).map(() => null)]);
      expect(await audit.list({ applicationId: id, userId, limit: 20 })).toHaveLength(1);
    } finally {
      await upgraded.stop();
    }
  });

  it("UP-06 process of the previous release - writes an event after the migration - it is read with its actor", async () => {
    const { id } = await gateway.createApplication("Together");
    const userId = randomUUID();
    await gateway.query(
      "INSERT INTO audit_events (application_id, id, event, outcome, actor, address, details, created_at) VALUES (?, ?, 'LOG_IN', 'FAILURE', ?, '203.0.113.9', '{}', ?)",
      [id, randomUUID(), userId, "2026-01-01 00:00:00.000"],
    );
    const { audit, database } = gateway.services;
    const read = async () => (await audit.list({ applicationId: id, event: "LOG_IN", limit: 5 }))[0];
    expect(await read()).toMatchObject({ actor: { kind: "USER", id: userId }, userId, address: "203.0.113.9" });
    await database.transaction((tx) => audit.eraseAddresses(tx, id, userId));
    expect(await read()).toMatchObject({ address: null });
  });
});
