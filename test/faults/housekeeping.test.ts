import { beforeAll, expect, it } from "vitest";
import { deleteExpired, invalidateAfterRestore } from "../../src/platform/database/index.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { ForgotPasswordDocument } from "../support/generated/authentication.js";
import { beginSignUp, logIn, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const count = async (table: string) => Number((await gateway.query<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`))[0]?.n);
const runHousekeeping = () => gateway.gateway.maintenance.runOnce();

it("TH-22 housekeeping - active rate limit counters - are kept and continue to count", async () => {
  const { email } = await signUpPerson(gateway, application);
  const client = application.client.with({ address: "192.0.2.77" });
  for (let guess = 1; guess <= 5; guess++) await logIn(client, email, "not the password at all");
  const before = await count("throttle_buckets");
  await runHousekeeping();
  expect(await count("throttle_buckets")).toBe(before);
  expect((await logIn(client, email)).__typename).toBe("TooManyAttempts");
});

it("housekeeping - after half a year - only users, keys and audit events remain; users still log in", async () => {
  const { email } = await signUpPerson(gateway, application);
  const unfinished = uniqueEmail("unfinished");
  await beginSignUp(application.client, unfinished);
  await gateway.mails.next(unfinished);
  await application.client.expect(ForgotPasswordDocument, { input: { handle: { email } } });
  await gateway.mails.next(email);
  await expect.poll(() => count("outbox_messages WHERE status = 'PENDING'"), { timeout: 20_000 }).toBe(0);
  gateway.clock.move({ days: 183 });
  await runHousekeeping();
  for (const table of ["sessions", "challenges", "challenge_tickets", "pending_sign_ups", "throttle_buckets", "outbox_messages"])
    expect([table, await count(table)]).toEqual([table, 0]);
  expect(await count("audit_events")).toBeGreaterThan(0);
  await requireLogIn(application.client, email);
});

it("TH-22 housekeeping - more rows than one run deletes - a bounded number is deleted, the next run deletes the rest", async () => {
  const past =
    gateway.services.database.readManager.dataSource.options.type === "mysql" ? "2020-01-01 00:00:00.000" : "2020-01-01 00:00:00.000Z";
  const rows = Array.from({ length: 10_200 }, (_, row) => `('gateway', 'row${row}', 1, '${past}', NULL, '${past}')`);
  for (let from = 0; from < rows.length; from += 3000)
    await gateway.query(
      `INSERT INTO throttle_buckets (application_id, id, used, window_ends_at, blocked_until, counted_at) VALUES ${rows.slice(from, from + 3000).join(", ")}`,
    );
  const left = () => count("throttle_buckets WHERE id LIKE 'row%'");
  await runHousekeeping();
  expect(await left()).toBe(200);
  await runHousekeeping();
  expect(await left()).toBe(0);
}, 180_000);

it("housekeeping - row renewed between the search and its deletion - is kept", async () => {
  const { database, clock, retentionRules } = gateway.services;
  const rule = retentionRules.find(({ entity }) => entity.name === "RateLimitBucketEntity");
  if (!rule) throw new Error("no rule");
  const row = { applicationId: "gateway", id: "renewed", count: 1, windowEndsAt: new Date(0), blockedUntil: null, countedAt: new Date(0) };
  await database.transaction(({ manager }) => manager.insert(rule.entity, row));
  const found = await database.transaction(async ({ manager }) => {
    const find = async (...parameters: Parameters<typeof manager.find>) => {
      const rows = await manager.find(...parameters);
      await manager.update(rule.entity, { id: row.id }, { windowEndsAt: new Date(clock.now().getTime() + 60_000) });
      return rows;
    };
    return await deleteExpired({ manager: Object.assign(Object.create(manager), { find }) }, rule, clock.now(), 10);
  });
  expect([found, await count("throttle_buckets WHERE id = 'renewed'")]).toEqual([1, 1]);
});

it("restore - live session, waiting message, second factors - sessions and messages end, what was being set up is deleted", async () => {
  const { database, clock, retentionRules } = gateway.services;
  const own = await gateway.createApplication("Restored");
  const person = await signUpPerson(gateway, own);
  gateway.mails.behaviour = "refuse-temporarily";
  await beginSignUp(own.client, uniqueEmail());
  const common = {
    applicationId: own.id,
    userId: person.tokens.user.id,
    method: "TOTP",
    lastStep: 0,
    attempts: 0,
    enrolledAt: clock.now(),
  };
  const factors = ["ACTIVE", "PENDING"].map((state) => ({ ...common, state, id: state }));
  await database.transaction(({ manager }) => manager.insert("SecondFactorEntity", factors));
  await database.transaction((tx) => invalidateAfterRestore(tx, retentionRules, clock.now()));
  gateway.mails.behaviour = "accept";
  const select = async (columns: string, table: string) =>
    await gateway.query(`SELECT DISTINCT ${columns} FROM ${table} WHERE application_id = ?`, [own.id]);
  expect(await select("end_reason AS reason", "sessions")).toEqual([{ reason: "RESTORED" }]);
  expect(await select("status, payload_sealed AS payload", "outbox_messages")).toEqual(
    expect.arrayContaining([{ status: "EXPIRED", payload: null }]),
  );
  expect(await gateway.query("SELECT id FROM outbox_messages WHERE status = 'PENDING'")).toEqual([]);
  expect(await select("state", "second_factors")).toEqual([{ state: "ACTIVE" }]);
  expect(await select("id", "users")).toHaveLength(1);
  expect(await select("id", "signing_keys")).toHaveLength(2);
  for (const table of ["challenges", "challenge_tickets", "pending_sign_ups", "throttle_buckets"])
    expect([table, await select("application_id", table)]).toEqual([table, []]);
});
