import { describe, expect, it } from "vitest";
import { checkRecords } from "../../src/app/doctor-records.js";
import { retentionRules } from "../../src/app/stored-data.js";
import { internalContext } from "../../src/domain/request-context.js";
import { invalidateAfterRestore } from "../../src/platform/database/index.js";
import { commandsOf } from "../support/command.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { ForgotPasswordDocument } from "../support/generated/authentication.js";
import { beginSignUp, logIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { eventually } from "../support/process.js";

const gateway = gatewayForFile();
const { json, refused } = commandsOf(gateway);
interface EventRow {
  readonly createdAt: string;
  readonly event: string;
  readonly outcome: string;
  readonly actor: string;
  readonly userId: string | null;
}
interface DeliveryRow {
  readonly id: string;
  readonly template: string;
  readonly recipient: string;
  readonly status: string;
  readonly attempts: number;
  readonly failure: { readonly kind: string; readonly message: string; readonly remedy: string | null } | null;
}
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const UNKNOWN_ID = "5a8e0c52-41f4-4b8e-9d0e-6f1f0c9a7b21";

describe("audit list", () => {
  it("list - by user, event, time and number - prints matching events of the application only, newest first", async () => {
    const application = await gateway.createApplication("Audited");
    const other = await gateway.createApplication("Other");
    const person = await signUpPerson(gateway, application);
    await signUpPerson(gateway, application);
    await signUpPerson(gateway, other);
    gateway.clock.move({ hours: 1 });
    const later = gateway.clock.now().toISOString();
    await logIn(application.client, person.email, "not the password");
    const list = (...words: string[]) => json<EventRow[]>("audit", "list", "--application", application.id, ...words);
    const own = await list("--user", person.email);
    expect(own.map(({ event, outcome }) => [event, outcome])).toEqual([
      ["LOG_IN", "FAILURE"],
      ["SIGN_UP_COMPLETED", "SUCCESS"],
    ]);
    const { id } = person.tokens.user;
    expect(new Set(own.map(({ actor, userId }) => `${actor} ${userId}`))).toEqual(new Set([`USER ${id} ${id}`]));
    expect(own[0]?.createdAt).toMatch(INSTANT);
    expect(await list("--user", id)).toEqual(own);
    expect(await list("--since", later)).toEqual(own.slice(0, 1));
    expect(await list("--event", "SIGN_UP_COMPLETED")).toHaveLength(2);
    expect(await list("--limit", "1")).toEqual(own.slice(0, 1));
    const known = new Set((await list()).map(({ event }) => event));
    expect(known).toEqual(new Set(["APPLICATION_CREATED", "SIGN_UP_REQUESTED", "SIGN_UP_COMPLETED", "LOG_IN"]));
    expect(await json("audit", "list", "--event", "APPLICATION_CREATED")).toEqual([]);
  });

  it.each([
    [["--event", "NOTHING"], /APPLICATION_CREATED/],
    [["--since", "yesterday"], /ISO 8601/],
    [["--since", "2026-02-30T25:00:00Z"], /ISO 8601/],
    [["--limit", "0"], /expected 1 to 1000/],
    [["--user", "a@mail.example"], /requires --application/],
    [["--application", UNKNOWN_ID, "--user", "a@mail.example"], /Application not found/],
  ])("list - %j - is refused in one sentence", async (words, sentence) => {
    expect(await refused("audit", "list", ...words)).toMatch(sentence);
  });
});

describe("deliveries", () => {
  const deliveriesTo = (application: TestApplication, email: string) =>
    json<DeliveryRow[]>("deliveries", "list", application.id, "--recipient", email);
  const waitForStatus = async (application: TestApplication, email: string, status: string) => {
    let found: DeliveryRow | undefined;
    await eventually(`a message that is ${status}`, async () => {
      gateway.gateway.dispatcher.wake();
      [found] = await deliveriesTo(application, email);
      return found?.status === status;
    });
    return found as DeliveryRow;
  };
  const isPayloadKept = async ({ id }: DeliveryRow) =>
    (await gateway.query<{ payload: string | null }>("SELECT payload_sealed AS payload FROM outbox_messages WHERE id = ?", [id]))[0]
      ?.payload !== null;

  it("list, retry - mail that was rejected - shows the reason to the operator, and sends the same code when the server accepts it", async () => {
    const application = await gateway.createApplication("Rejected");
    const email = uniqueEmail("bob");
    gateway.mails.behaviour = "refuse-permanently";
    await beginSignUp(application.client, email);
    const failed = await waitForStatus(application, email.toUpperCase(), "FAILED");
    expect(failed).toMatchObject({
      template: "signUpCode",
      attempts: 1,
      failure: { kind: "EENVELOPE 550", message: expect.stringMatching(/rejected the recipient/) },
    });
    expect(JSON.stringify(failed)).not.toContain(email.split("@")[0]);
    expect(failed.recipient).toContain("*");
    expect(await isPayloadKept(failed)).toBe(true);
    expect(await deliveriesTo(application, uniqueEmail())).toEqual([]);
    expect(await deliveriesTo(await gateway.createApplication("Other"), email)).toEqual([]);
    gateway.mails.behaviour = "accept";
    expect(await json("deliveries", "retry", application.id, failed.id)).toEqual({ id: failed.id, retried: true });
    expect(await gateway.mails.nextCode(email)).toMatch(/^\d{6}$/);
    const delivered = await waitForStatus(application, email, "DELIVERED");
    expect([delivered.id, await isPayloadKept(delivered)]).toEqual([failed.id, false]);
    expect(await refused("deliveries", "retry", application.id, failed.id)).toMatch(/Only a failed message/);
    const events = await gateway.services.audit.list({ applicationId: application.id, event: "DELIVERY_RETRIED", limit: 5 });
    expect(events).toMatchObject([{ actor: { kind: "OPERATOR" }, details: { messageId: failed.id } }]);
  });

  it("retry - after its expiry, with a newer code, of another application - is refused; the content is erased at expiry", async () => {
    const application = await gateway.createApplication("Late");
    const email = uniqueEmail();
    gateway.mails.behaviour = "refuse-permanently";
    await beginSignUp(application.client, email);
    const failed = await waitForStatus(application, email, "FAILED");
    expect(await refused("deliveries", "retry", (await gateway.createApplication("Other")).id, failed.id)).toMatch(/Delivery not found/);
    gateway.clock.move({ seconds: 61 });
    gateway.mails.behaviour = "accept";
    const person = await signUpPerson(gateway, application);
    gateway.mails.behaviour = "refuse-permanently";
    const forget = () => application.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    await forget();
    const older = await waitForStatus(application, person.email, "FAILED");
    gateway.clock.move({ seconds: 61 });
    await forget();
    await eventually("both messages to fail", async () => {
      gateway.gateway.dispatcher.wake();
      const messages = await deliveriesTo(application, person.email);
      return messages.filter(({ template, status }) => template === older.template && status === "FAILED").length === 2;
    });
    expect(await refused("deliveries", "retry", application.id, older.id)).toMatch(/Only a failed message/);
    gateway.clock.move({ hours: 25 });
    await gateway.gateway.maintenance.runOnce();
    expect(await isPayloadKept(failed)).toBe(false);
    expect(await refused("deliveries", "retry", application.id, failed.id)).toMatch(/Only a failed message/);
    gateway.mails.behaviour = "accept";
  });

  it("retry - 20 at once - one makes the message due", async () => {
    const application = await gateway.createApplication("Once");
    const email = uniqueEmail();
    gateway.mails.behaviour = "refuse-permanently";
    await beginSignUp(application.client, email);
    const failed = await waitForStatus(application, email, "FAILED");
    gateway.mails.behaviour = "accept";
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => gateway.services.deliveries.retry(internalContext("OPERATOR"), application.id, failed.id)),
    );
    expect(outcomes.filter((outcome) => outcome === "retried")).toHaveLength(1);
    await waitForStatus(application, email, "DELIVERED");
    expect(gateway.mails.countTo(email)).toBe(1);
  });

  it("restore - database with a failed message - erases its content, so that it cannot be retried", async () => {
    const application = await gateway.createApplication("Restored");
    const email = uniqueEmail();
    gateway.mails.behaviour = "refuse-permanently";
    await beginSignUp(application.client, email);
    const failed = await waitForStatus(application, email, "FAILED");
    gateway.mails.behaviour = "accept";
    await gateway.services.database.transaction((tx) => invalidateAfterRestore(tx, retentionRules, gateway.clock.now()));
    expect(await isPayloadKept(failed)).toBe(false);
    expect(await refused("deliveries", "retry", application.id, failed.id)).toMatch(/Only a failed message/);
  });

  it("list - something that is no address - is refused", async () => {
    const { id } = await gateway.createApplication("Typo");
    expect(await refused("deliveries", "list", id, "--recipient", "bob")).toMatch(/Neither an email address/);
  });
});

describe("users show", () => {
  it("show - user with sessions and a wait after wrong passwords - prints both, and when the wait ends", async () => {
    const application = await gateway.createApplication("Waiting");
    const person = await signUpPerson(gateway, application);
    const show = (emailOrId: string) =>
      json<{ id: string; sessions: object[]; waits: { subject: string; limit: string; endsAt: string }[] }>(
        ...["users", "show", emailOrId, "--application", application.id],
      );
    const before = await show(person.email.toUpperCase());
    expect(before).toMatchObject({
      ...{ id: person.tokens.user.id, email: person.email, status: "ACTIVE", hasPassword: true, waits: [], secondFactors: [] },
      ...{ createdAt: expect.stringMatching(INSTANT), sessions: [{ createdAt: expect.stringMatching(INSTANT) }] },
    });
    for (let attempt = 0; attempt < 5; attempt++)
      await logIn(application.client.with({ address: "203.0.113.50" }), person.email, "wrong password");
    const { waits } = await show(person.tokens.user.id);
    expect(waits).toMatchObject([{ subject: "PASSWORD", limit: "logInFromNetwork", endsAt: expect.stringMatching(INSTANT) }]);
    const seconds = (Date.parse(waits[0]?.endsAt ?? "") - gateway.clock.now().getTime()) / 1000;
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(JSON.stringify(before)).not.toMatch(/hash|lk_/i);
  });

  it("show - unknown user or application - is refused in one sentence", async () => {
    const { id } = await gateway.createApplication("Empty");
    expect(await refused("users", "show", "nobody@mail.example", "--application", id)).toBe("User not found: nobody@mail.example");
    expect(await refused("users", "show", UNKNOWN_ID, "--application", id)).toBe(`User not found: ${UNKNOWN_ID}`);
    expect(await refused("users", "show", "nobody@mail.example", "--application", UNKNOWN_ID)).toMatch(/Application not found/);
  });
});

describe("doctor", () => {
  it("doctor - failed message, old keys, contradictory settings - names each with what to do; without them reports ok", async () => {
    const { id } = await gateway.createApplication("Old");
    await gateway.query("UPDATE signing_keys SET used_since = ? WHERE application_id = ? AND state = 'CURRENT'", [
      "2020-01-01 00:00:00.000",
      id,
    ]);
    await gateway.query("UPDATE application_keys SET created_at = ? WHERE application_id = ?", ["2020-01-01 00:00:00.000", id]);
    await gateway.query("UPDATE applications SET settings = ? WHERE id = ?", [
      JSON.stringify({ token: { rotationDays: 1, sendKeyId: false } }),
      id,
    ]);
    gateway.mails.behaviour = "refuse-permanently";
    const mails = await gateway.createApplication("Undelivered");
    const email = uniqueEmail();
    await beginSignUp(mails.client, email);
    await eventually("the message to fail", async () => {
      gateway.gateway.dispatcher.wake();
      return (await gateway.services.deliveries.list({ applicationId: mails.id, status: "FAILED", limit: 1 })).length === 1;
    });
    gateway.mails.behaviour = "accept";
    const findings = await checkRecords(gateway.services.database, gateway.clock.now());
    for (const [check, words] of [
      ["deliveries", "deliveries list"],
      ["signing keys", id],
      ["secret keys", id],
      ["key rotation", id],
    ])
      expect(findings.filter((finding) => finding.check === check)).toMatchObject([
        { status: "warning", detail: expect.stringContaining(words ?? "") },
      ]);
    const { database } = gateway.services;
    await gateway.query("DELETE FROM applications WHERE id = ?", [id]);
    await gateway.query("DELETE FROM signing_keys WHERE application_id = ?", [id]);
    gateway.clock.move({ days: 2 });
    const later = await checkRecords(database, gateway.clock.now());
    expect(later.map(({ check, status }) => [check, status])).toEqual([
      ["deliveries", "ok"],
      ["keys", "ok"],
    ]);
  });
});
