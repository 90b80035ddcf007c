import { beforeAll, expect, it } from "vitest";
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
