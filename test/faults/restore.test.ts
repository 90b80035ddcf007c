import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandHere } from "../support/command.js";
import { createTestDatabase, isMysql } from "../support/database.js";
import { MASTER_KEYS, type TestApplication, TestGateway } from "../support/gateway.js";
import { CompleteSignUpDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { beginSignUp, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { createTemporaryFolder, ensureBuilt, FAST_HASHING, GatewayProcess, runCommand } from "../support/process.js";

let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  await ensureBuilt();
  gateway = await TestGateway.start();
  application = await gateway.createApplication();
}, 240_000);
afterAll(() => gateway.stop());

describe("backup and restore", () => {
  it("restore - backup of a running gateway into an empty database - restores users and keys, invalidates codes and sessions", async () => {
    const person = await signUpPerson(gateway, application);
    const waiting = uniqueEmail();
    const ticket = await beginSignUp(application.client, waiting);
    const code = await gateway.mails.nextCode(waiting);
    const folder = createTemporaryFolder();
    const file = join(folder, "backup");
    const variables = { ...FAST_HASHING, MASTER_KEYS, DATA_DIR: join(folder, "data") };
    const backup = await runCommand(["backup", file], { ...variables, DATABASE_URL: gateway.database.url }, folder);
    expect(backup).toMatchObject({ code: 0, stdout: "" });
    expect(existsSync(file)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await runCommandHere(["backup", file], { ...variables, DATABASE_URL: gateway.database.url }, folder)).toMatchObject({ code: 1 });

    const fresh = await createTestDatabase();
    const restored = { ...variables, DATABASE_URL: fresh.url };
    expect(await runCommand(["restore", file], restored, folder)).toMatchObject({ code: 0, stdout: "" });
    if (!isMysql) expect(await runCommandHere(["restore", file], restored, folder)).toMatchObject({ code: 1 });
    const other = await GatewayProcess.start(folder, { ...restored, DEMO: "0" });
    try {
      const client = application.client.with({ baseUrl: other.url });
      await requireLogIn(client, person.email);
      const input = { refreshToken: person.tokens.refreshToken };
      expect((await client.expect(RefreshSessionDocument, { input })).refreshSession).toMatchObject({ __typename: "SessionEnded" });
      const { completeSignUp } = await client.expect(CompleteSignUpDocument, { input: { handle: { email: waiting }, code, ticket } });
      expect(completeSignUp).toMatchObject({ __typename: "InvalidCode" });
      const keys = async (url: string) => await (await fetch(`${url}/apps/${application.id}/.well-known/jwks.json`)).text();
      expect(await keys(other.url)).toBe(await keys(gateway.url));
    } finally {
      await other.kill();
      await fresh.drop();
    }
    expect(
      (await application.client.expect(RefreshSessionDocument, { input: { refreshToken: person.tokens.refreshToken } })).refreshSession,
    ).toMatchObject({
      __typename: "LoggedIn",
    });
  }, 240_000);

  it("doctor - valid and invalid environment - prints a table or JSON, exits 1 on a failure, changes nothing", async () => {
    const folder = createTemporaryFolder();
    const variables = { ...FAST_HASHING, MASTER_KEYS, DATABASE_URL: gateway.database.url };
    const before = await gateway.dump("throttle_buckets");
    const good = await runCommandHere(["doctor", "--json"], variables, folder);
    const findings = JSON.parse(good.stdout) as { check: string; status: string }[];
    expect(good.code).toBe(0);
    expect(findings).toContainEqual(expect.objectContaining({ check: "master keys", status: "ok" }));
    const wrong = { ...variables, MASTER_KEYS: "test:YW5vdGhlciBzaXh0ZWVuIGFuZCBzaXh0ZWVuIG1vcmU=", SMTP_URL: "smtp://127.0.0.1:1" };
    const bad = await runCommand(["doctor"], wrong, folder);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^FAIL +master keys/m);
    expect(bad.stdout).toMatch(/^FAIL +mail/m);
    expect(await gateway.dump("throttle_buckets")).toBe(before);
  }, 120_000);
});
