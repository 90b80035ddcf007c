import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { getMetadataArgsStorage } from "typeorm";
import { beforeAll, describe, expect, it } from "vitest";
import { encryptedColumns, retentionRules } from "./stored-data.js";

beforeAll(async () => {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".entity.ts"));
  for (const file of files) await import(resolve("src", file));
});

const entityNames = (choose: (rule: (typeof retentionRules)[number]) => boolean) =>
  retentionRules.filter(choose).map(({ entity }) => entity.name);

describe("retention rules", () => {
  it("retention rules - every class that is an entity - has exactly one rule", () => {
    const entities = getMetadataArgsStorage().tables.map(({ target }) => (target as new () => object).name);
    expect(entities.length).toBeGreaterThan(15);
    expect(entityNames(() => true).sort()).toEqual(entities.sort());
  });

  it("retention rules - deleted application - keeps audit events and what belongs to no application", () => {
    const kept = ["ApplicationEntity", "AuditEventEntity", "InboxMessageEntity", "KeyringEntity"];
    expect(entityNames(({ onApplicationDeleted }) => onApplicationDeleted === "keep").sort()).toEqual(kept);
  });

  it("retention rules - restored backup - keeps users, keys, settings, invitations and audit events", () => {
    expect(entityNames(({ onRestore }) => onRestore === "keep").sort()).toEqual([
      "ApplicationEntity",
      "ApplicationKeyEntity",
      "ApplicationSecretEntity",
      "AuditEventEntity",
      "CustomTemplateEntity",
      "InboxMessageEntity",
      "InvitationEntity",
      "KeyringEntity",
      "SigningKeyEntity",
      "SigningKeyFetchEntity",
      "UserEntity",
    ]);
  });
});

describe("encrypted columns", () => {
  it("encrypted columns - every column of encrypted values but the outbox payload - is re-encrypted under a new master key", () => {
    const encrypted = getMetadataArgsStorage().columns.filter(({ propertyName }) => propertyName.endsWith("Sealed"));
    const names = encrypted.map(({ target, propertyName }) => `${(target as new () => object).name}.${propertyName}`);
    const expected = [...encryptedColumns.map(({ entity, property }) => `${entity.name}.${property}`), "OutboxMessageEntity.payloadSealed"];
    expect(names.sort()).toEqual(expected.sort());
  });

  it("encrypted columns - associated data - name table, column and row as in values that are stored", () => {
    const row = { applicationId: "app", id: "row", name: "setting" };
    expect(encryptedColumns.map((column) => column.associatedData(row).join("/"))).toEqual([
      "keyring/key_sealed/row",
      "signing_keys/private_key/app/row",
      "application_secrets/value/app/setting",
      "second_factors/secret/app/row",
    ]);
  });
});
