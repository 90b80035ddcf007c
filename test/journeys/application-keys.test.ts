import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RESERVED_APPLICATION_ID } from "../../src/domain/applications/index.js";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle, KeyManagement } from "../../src/management/index.js";
import { gatewayForFile, TestGateway } from "../support/gateway.js";
import { ApplicationDocument } from "../support/generated/authentication.js";
import { ViewerDocument } from "../support/generated/management.js";
import { signUpPerson } from "../support/people.js";
import { eventually } from "../support/process.js";

const gateway = gatewayForFile();
let other: TestGateway;
beforeAll(async () => {
  other = await TestGateway.start({ shareDatabaseOf: gateway });
});
afterAll(() => other.stop());

const operator = internalContext("OPERATOR");
const keys = () => new KeyManagement(gateway.services);
/** Longer than other processes cache keys. */
const expireCache = () => gateway.clock.move({ seconds: 1.1 });
/** An answer without what differs between two equal requests. */
const answerTo = async (own: TestGateway, appKey: string) => {
  const { status, text } = await own.client(appKey).run(ApplicationDocument, {});
  return { status, text };
};
const viewerOf = async (own: TestGateway, secretKey: string) =>
  (await own.management(secretKey).run(ViewerDocument, {})).data?.viewer?.application.id ?? null;
async function rotateAppKey(id: string) {
  const outcome = await keys().rotateAppKey(operator, id);
  if (outcome.kind !== "rotated") throw new Error(outcome.kind);
  return outcome.key;
}
async function rotateSecretKey(id: string, overlapHours?: number) {
  const outcome = await keys().rotateSecretKey(operator, id, overlapHours);
  if (outcome.kind !== "rotated") throw new Error(outcome.kind);
  return outcome;
}
const eventsOf = async (id: string) =>
  (await gateway.services.audit.list({ applicationId: id, limit: 20 })).filter(({ event }) => event.includes("_KEY_"));

describe("public keys", () => {
  it("rotation - former and new key - both work until the former is revoked, which then answers exactly as an unknown key", async () => {
    const { id, appKey } = await gateway.createApplication("Rotated");
    const rotated = await rotateAppKey(id);
    for (const value of [appKey, rotated.value]) expect((await answerTo(other, value)).status).toBe(200);
    const [current, former] = await gateway.services.applicationKeys.listAppKeys(id);
    expect([current, former]).toMatchObject([
      { id: rotated.id, value: rotated.value, isCurrent: true },
      { value: appKey, isCurrent: false },
    ]);
    expect((await gateway.services.applicationRegistry.find(id))?.appKey).toBe(rotated.value);
    expect(await keys().revokeAppKey(operator, id, rotated.id)).toBe("current");
    expect(await keys().revokeAppKey(operator, id, former?.id ?? "", { reason: "replaced everywhere" })).toBe("revoked");
    const unknown = await answerTo(gateway, `lk_app_${"unknown".repeat(6)}x`);
    expect(unknown.status).toBe(401);
    expect(await answerTo(gateway, appKey)).toEqual(unknown);
    expireCache();
    expect(await answerTo(other, appKey)).toEqual(unknown);
    expect((await answerTo(other, rotated.value)).status).toBe(200);
    expect(await keys().revokeAppKey(operator, id, former?.id ?? "")).toBe("not-found");
    expect(await eventsOf(id)).toMatchObject([
      { event: "APP_KEY_REVOKED", actor: { kind: "OPERATOR" }, details: { keyId: former?.id, reason: "replaced everywhere" } },
      { event: "APP_KEY_ROTATED", details: { keyId: rotated.id } },
    ]);
  });

  it("rotation - third and fourth key - the fourth is refused until one is revoked", async () => {
    const { id } = await gateway.createApplication("Three");
    await rotateAppKey(id);
    await rotateAppKey(id);
    expect(await keys().rotateAppKey(operator, id)).toEqual({ kind: "too-many-keys" });
    const oldest = (await gateway.services.applicationKeys.listAppKeys(id)).at(-1);
    expect(await keys().revokeAppKey(operator, id, oldest?.id ?? "")).toBe("revoked");
    await rotateAppKey(id);
    expect(await gateway.services.applicationKeys.listAppKeys(id)).toHaveLength(3);
  });

  it("session - opened with a key that was rotated out - continues with the new key", async () => {
    const application = await gateway.createApplication("Sessions");
    const person = await signUpPerson(gateway, application);
    const { value } = await rotateAppKey(application.id);
    const client = gateway.client(value).with({ token: person.tokens.sessionToken });
    expect((await client.run(ApplicationDocument, {})).status).toBe(200);
  });

  it("last use - many requests in two days and two processes - is written once a day and process, outside the request", async () => {
    const { id, appKey } = await gateway.createApplication("Used");
    const writes = [gateway, other].map((own) => vi.spyOn(own.services.database, "executeAutocommit"));
    const countWrites = () =>
      writes.flatMap(({ mock }) => mock.calls).filter(([sql, parameters]) => sql.includes("application_keys") && parameters()[1] === id)
        .length;
    const lastUse = async () => (await gateway.services.applicationKeys.listAppKeys(id))[0]?.lastUsedOn?.toISOString();
    expect(await lastUse()).toBeUndefined();
    const today = () => `${gateway.clock.now().toISOString().slice(0, 10)}T00:00:00.000Z`;
    const send = async (times: number) => {
      for (let time = 0; time < times; time++) for (const own of [gateway, other]) expect((await answerTo(own, appKey)).status).toBe(200);
    };
    await send(5);
    await eventually("the use to be stored", async () => (await lastUse()) === today());
    expect(countWrites()).toBeLessThanOrEqual(2);
    gateway.clock.move({ days: 1 });
    await send(5);
    await eventually("the use of the next day to be stored", async () => (await lastUse()) === today());
    expect(countWrites()).toBeLessThanOrEqual(4);
    for (const spy of writes) spy.mockRestore();
  });

  it("last use - write fails - the request is answered, and the write is repeated a minute later", async () => {
    const { id, appKey } = await gateway.createApplication("Unwritable");
    const failing = vi.spyOn(gateway.services.database, "executeAutocommit").mockRejectedValue(new Error("disk full"));
    expect((await answerTo(gateway, appKey)).status).toBe(200);
    expect((await answerTo(gateway, appKey)).status).toBe(200);
    expect(failing.mock.calls.filter(([, parameters]) => parameters()[1] === id)).toHaveLength(1);
    failing.mockRestore();
    gateway.clock.move({ seconds: 61 });
    expect((await answerTo(gateway, appKey)).status).toBe(200);
    await eventually("the use to be stored", async () => {
      const [key] = await gateway.services.applicationKeys.listAppKeys(id);
      return key?.lastUsedOn !== null;
    });
  });

  it("hot path - request with a key that is cached - runs no statement for the key", async () => {
    const { appKey } = await gateway.createApplication("Cached");
    await answerTo(gateway, appKey);
    const reads = vi.spyOn(gateway.services.database, "queryPrepared");
    await gateway.clock.whileFrozen(async () => {
      await answerTo(gateway, appKey);
      reads.mockClear();
      await answerTo(gateway, appKey);
    });
    expect(reads.mock.calls.map(([sql]) => sql)).toEqual([]);
    expireCache();
    await answerTo(gateway, appKey);
    expect(reads.mock.calls.filter(([sql]) => sql.includes("application_keys"))).toHaveLength(1);
    reads.mockRestore();
  });
});

describe("secret keys", () => {
  it("rotation - overlap of one hour - the former key works for an hour in both processes; only hash and four characters are stored", async () => {
    const { id, secretKey } = await gateway.createApplication("Overlapping");
    const rotated = await rotateSecretKey(id, 1);
    for (const own of [gateway, other]) expect([await viewerOf(own, secretKey), await viewerOf(own, rotated.secretKey)]).toEqual([id, id]);
    const [current, former] = await gateway.services.applicationKeys.listSecretKeys(id);
    expect(current).toMatchObject({ id: rotated.key.id, prefix: rotated.secretKey.slice(0, 11), expiresAt: null });
    expect(former).toMatchObject({ prefix: secretKey.slice(0, 11), expiresAt: expect.any(Date) });
    expect(await gateway.dump()).not.toContain(rotated.secretKey.slice(7));
    gateway.clock.move({ hours: 1 });
    for (const own of [gateway, other])
      expect([await viewerOf(own, secretKey), await viewerOf(own, rotated.secretKey)]).toEqual([null, id]);
    expect(await gateway.services.applicationKeys.listSecretKeys(id)).toHaveLength(1);
  });

  it("rotation - overlap of 0 hours - the former key stops working at once", async () => {
    const { id, secretKey } = await gateway.createApplication("Leaked");
    expect(await viewerOf(gateway, secretKey)).toBe(id);
    const rotated = await rotateSecretKey(id, 0);
    expect([await viewerOf(gateway, secretKey), await viewerOf(gateway, rotated.secretKey)]).toEqual([null, id]);
  });

  it("revocation - current key - stops working at once as an unknown key does; the next rotation makes a new one", async () => {
    const { id, secretKey } = await gateway.createApplication("Revoked");
    expect(await viewerOf(other, secretKey)).toBe(id);
    const [key] = await gateway.services.applicationKeys.listSecretKeys(id);
    expect(await keys().revokeSecretKey(operator, id, key?.id ?? "")).toBe("revoked");
    expireCache();
    for (const own of [gateway, other]) {
      const [revoked, unknown] = await Promise.all(
        [secretKey, `lk_sec_${"x".repeat(43)}`].map(async (value) => {
          const { status, errors } = await own.management(value).run(ViewerDocument, {});
          return { status, errors };
        }),
      );
      expect(revoked).toEqual(unknown);
      expect(revoked?.errors?.[0]?.extensions?.["code"]).toBe("UNAUTHENTICATED");
    }
    const rotated = await rotateSecretKey(id);
    expect(await viewerOf(gateway, rotated.secretKey)).toBe(id);
    expect((await eventsOf(id)).map(({ event }) => event)).toEqual(["SECRET_KEY_ROTATED", "SECRET_KEY_REVOKED"]);
  });

  it("last use - requests in one hour - is stored once, as the begin of the hour", async () => {
    const { id, secretKey } = await gateway.createApplication("Hourly");
    for (let time = 0; time < 3; time++) expect(await viewerOf(gateway, secretKey)).toBe(id);
    const hour = `${gateway.clock.now().toISOString().slice(0, 13)}:00:00.000Z`;
    await eventually("the use to be stored", async () => {
      const [key] = await gateway.services.applicationKeys.listSecretKeys(id);
      return key?.lastUsedAt?.toISOString() === hour;
    });
  });
});

describe("keys of others", () => {
  it("TN-01 key of another application - by value and by id, of either kind - never gives access and cannot be revoked", async () => {
    const [a, b] = [await gateway.createApplication("A"), await gateway.createApplication("B")];
    const { applicationKeys } = gateway.services;
    const [appKey] = await applicationKeys.listAppKeys(a.id);
    const [secretKey] = await applicationKeys.listSecretKeys(a.id);
    await rotateAppKey(a.id);
    const before = await gateway.query("SELECT id, expires_at, revoked_at FROM application_keys ORDER BY id");
    for (const keyId of [appKey?.id ?? "", secretKey?.id ?? ""]) {
      expect(await keys().revokeAppKey(operator, b.id, keyId)).toBe("not-found");
      expect(await keys().revokeSecretKey(operator, b.id, keyId)).toBe("not-found");
    }
    expect(await keys().revokeAppKey(operator, a.id, secretKey?.id ?? "")).toBe("not-found");
    expect(await keys().revokeSecretKey(operator, a.id, appKey?.id ?? "")).toBe("not-found");
    expect(await gateway.query("SELECT id, expires_at, revoked_at FROM application_keys ORDER BY id")).toEqual(before);
    expect((await gateway.client(a.secretKey).run(ApplicationDocument, {})).status).toBe(401);
    expect(await viewerOf(gateway, a.appKey)).toBeNull();
    const [stored] = await gateway.query<{ value: string }>(
      "SELECT value FROM application_keys WHERE kind = 'SECRET' AND application_id = ?",
      [a.id],
    );
    for (const value of [stored?.value ?? "", `lk_sec_${stored?.value}`]) expect(await viewerOf(gateway, value)).toBeNull();
  });

  it("suspended application - all of its keys - are refused", async () => {
    const { id, appKey, secretKey } = await gateway.createApplication("Suspended");
    const { value } = await rotateAppKey(id);
    await gateway.configure(id, "general.status=SUSPENDED");
    for (const key of [appKey, value]) expect((await answerTo(gateway, key)).status).toBe(401);
    expect(await viewerOf(gateway, secretKey)).toBeNull();
  });

  it("deleted application - all of its keys - are deleted with it", async () => {
    const { id } = await gateway.createApplication("Deleted");
    await rotateAppKey(id);
    await new ApplicationLifecycle(gateway.services).delete(operator, id);
    expect(await gateway.query("SELECT id FROM application_keys WHERE application_id = ?", [id])).toEqual([]);
  });
});

describe("reserved application", () => {
  it("reserved row with keys - key, key set, list, settings, rotation and deletion - behave as if it did not exist", async () => {
    const { id, appKey, secretKey } = await gateway.createApplication("Latchkey");
    for (const [table, column] of [
      ["applications", "id"],
      ["application_keys", "application_id"],
      ["signing_keys", "application_id"],
    ])
      await gateway.query(`UPDATE ${table} SET ${column} = ? WHERE ${column} = ?`, [RESERVED_APPLICATION_ID, id]);
    await gateway.query("UPDATE applications SET kind = 'RESERVED' WHERE id = ?", [RESERVED_APPLICATION_ID]);
    const before = await gateway.query("SELECT * FROM applications WHERE id = ?", [RESERVED_APPLICATION_ID]);
    const { applicationRegistry, applicationKeys } = gateway.services;
    expect((await answerTo(gateway, appKey)).status).toBe(401);
    expect(await viewerOf(gateway, secretKey)).toBeNull();
    expect((await fetch(`${gateway.url}/apps/${RESERVED_APPLICATION_ID}/.well-known/jwks.json`)).status).toBe(404);
    expect((await applicationRegistry.list(1000)).map((application) => application.id)).not.toContain(RESERVED_APPLICATION_ID);
    expect(await applicationRegistry.find(RESERVED_APPLICATION_ID)).toBeNull();
    expect(await applicationRegistry.update(RESERVED_APPLICATION_ID, ["signUp.enabled=false"])).toBeNull();
    expect(await applicationKeys.rotateAppKey(RESERVED_APPLICATION_ID)).toEqual({ kind: "not-found" });
    expect(await applicationKeys.rotateSecretKey(RESERVED_APPLICATION_ID)).toEqual({ kind: "not-found" });
    expect(await new ApplicationLifecycle(gateway.services).delete(operator, RESERVED_APPLICATION_ID)).toBe(false);
    expect(await gateway.query("SELECT * FROM applications WHERE id = ?", [RESERVED_APPLICATION_ID])).toEqual(before);
  });
});
