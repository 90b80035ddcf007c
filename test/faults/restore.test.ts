import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandHost } from "../../src/app/command-host.js";
import { runCommandHere, withEnvironment } from "../support/command.js";
import { createTestDatabase, isMysql } from "../support/database.js";
import { MASTER_KEYS, type TestApplication, TestGateway } from "../support/gateway.js";
import { CompleteSignUpDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { beginSignUp, requireLogIn, signUpPerson, type TestPerson, uniqueEmail } from "../support/people.js";
import { createTemporaryFolder, ensureBuilt, FAST_HASHING, GatewayProcess, runCommand } from "../support/process.js";
import { beginLogIn, completeLogIn, type PersonWithTotp, signUpWithTotp } from "../support/second-factor.js";
import { runSql } from "../support/sql.js";

const OTHER_KEYS = "test:YW5vdGhlciBzaXh0ZWVuIGFuZCBzaXh0ZWVuIG1vcmU=";
const folder = createTemporaryFolder();
const backupFile = join(folder, "backup");

let gateway: TestGateway;
let application: TestApplication;
let person: TestPerson;
let personWithTotp: PersonWithTotp;
let signUp: { email: string; ticket: string; code: string };
const variables = (url: string, more: Record<string, string> = {}) => ({
  ...FAST_HASHING,
  ...{ MASTER_KEYS, DATA_DIR: join(folder, "data"), DEMO: "0", DATABASE_URL: url },
  ...more,
});
const command = (url: string, words: string[], more?: Record<string, string>) => runCommandHere(words, variables(url, more), folder);
/** As `--replace` expects it. */
const nameOf = (url: string) => (isMysql ? new URL(url).pathname.slice(1) : basename(url));
const keysAt = async (url: string) => {
  const { keys } = (await (await fetch(`${url}/apps/${application.id}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
  return keys.map(({ kid }) => kid);
};

beforeAll(async () => {
  await ensureBuilt();
  gateway = await TestGateway.start();
  application = await gateway.createApplication("Blue\u2028Heron 🐦", "secondFactor.mode=TOTP");
  person = await signUpPerson(gateway, application);
  personWithTotp = await signUpWithTotp(gateway, application);
  const email = uniqueEmail();
  const ticket = await beginSignUp(application.client, email);
  signUp = { email, ticket, code: await gateway.mails.nextCode(email) };
  // More rows than one batch, and more than one batch with one value of the first column of the primary key.
  for (const owner of ["first", "second"])
    for (let row = 0; row < 450; row += 150)
      await gateway.query(
        `INSERT INTO audit_events (application_id, id, event, outcome, details, created_at) VALUES ${Array.from({ length: 150 }, (_, index) => `('${owner}', 'row${row + index}', 'LOG_IN', 'SUCCESS', '{}', '2026-01-02 03:04:05.678')`).join(", ")}`,
      );
  await command(gateway.database.url, ["backup", backupFile]);
}, 240_000);
afterAll(() => gateway.stop());

/** What a backup makes valid again unless it is invalidated, on a gateway that serves the restored database. */
async function expectInvalidated(other: GatewayProcess): Promise<void> {
  const client = application.client.with({ baseUrl: other.url });
  await requireLogIn(client, person.email);
  const { refreshSession } = await client.expect(RefreshSessionDocument, { input: { refreshToken: person.tokens.refreshToken } });
  expect(refreshSession).toMatchObject({ __typename: "SessionEnded" });
  const { email, code, ticket } = signUp;
  const { completeSignUp } = await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } });
  expect(completeSignUp).toMatchObject({ __typename: "InvalidCode" });
  const [recoveryCode = ""] = personWithTotp.recoveryCodes;
  const challengeToken = await beginLogIn(client, personWithTotp.email);
  expect((await completeLogIn(client, challengeToken, { recoveryCode })).__typename).not.toBe("LoggedIn");
}

async function withRestored(words: string[], work: (other: GatewayProcess, url: string, stderr: string) => Promise<void>): Promise<void> {
  const fresh = await createTestDatabase();
  try {
    const { code, stdout, stderr } = await runCommand(["restore", backupFile, ...words], variables(fresh.url), folder);
    expect({ code, stdout }, stderr).toEqual({ code: 0, stdout: "" });
    const other = await GatewayProcess.start(folder, variables(fresh.url));
    try {
      await work(other, fresh.url, stderr);
    } finally {
      await other.kill();
    }
  } finally {
    await fresh.drop();
  }
}

describe("backup", () => {
  it("backup - running gateway - writes a file of mode 600 without external programs, and never overwrites (B-14)", async () => {
    const file = join(folder, "second");
    const { code, stdout, stderr } = await runCommand(
      ["backup", file],
      { ...variables(gateway.database.url), PATH: "/nonexistent" },
      folder,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/Backup of \d{4}-\d\d-\d\dT[\d:.]+Z with \d+ rows/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const before = readFileSync(file);
    expect(await command(gateway.database.url, ["backup", file])).toMatchObject({ code: 1 });
    expect(readFileSync(file)).toEqual(before);
    expect(await command(gateway.database.url, ["backup", join(folder, "missing", "file")])).toMatchObject({ code: 1 });
  });

  it("backup - database without tables - exits 1 and leaves no file", async () => {
    const fresh = await createTestDatabase();
    try {
      expect(await command(fresh.url, ["backup", join(folder, "nothing")])).toMatchObject({ code: 1 });
      expect(existsSync(join(folder, "nothing"))).toBe(false);
    } finally {
      await fresh.drop();
    }
  });
});

describe("restore", () => {
  it("restore - empty database - restores users and settings, invalidates sessions, codes and recovery codes, replaces keys (A-05)", async () => {
    await withRestored([], async (other, url, stderr) => {
      const [, createdAt] = /Backup of (\S+Z) with/.exec(stderr) ?? [];
      await expectInvalidated(other);
      const original = await keysAt(gateway.url);
      const restored = await keysAt(other.url);
      expect(restored).toHaveLength(2);
      expect(restored.filter((kid) => original.includes(kid))).toEqual([]);
      expect(stderr).toContain(application.id);
      const findings = JSON.parse((await command(url, ["doctor", "--json"])).stdout) as { check: string; detail: string }[];
      expect(findings.find(({ check }) => check === "restore")).toMatchObject({
        status: "ok",
        detail: expect.stringContaining(String(createdAt)),
      });
      const sql = "SELECT application_id, id, created_at FROM audit_events WHERE id LIKE 'row%' ORDER BY application_id, id";
      const rows = await runSql(url, sql);
      expect(rows).toHaveLength(900);
      expect(rows).toEqual(await gateway.query(sql));
      const [named] = await runSql(url, "SELECT name FROM applications WHERE id = ?", [application.id]);
      expect(named).toEqual({ name: "Blue\u2028Heron 🐦" });
    });
    const input = { refreshToken: person.tokens.refreshToken };
    const { refreshSession } = await application.client.expect(RefreshSessionDocument, { input });
    expect(refreshSession).toMatchObject({ __typename: "LoggedIn" });
  }, 240_000);

  it("restore - with --keep-keys - keeps the signing keys of the backup", async () => {
    await withRestored(["--keep-keys"], async (other) => {
      expect(await keysAt(other.url)).toEqual(await keysAt(gateway.url));
    });
  }, 240_000);

  it("restore - database in use - exits 1, names the database and changes nothing, unless its name confirms (B-04)", async () => {
    const inUse = await TestGateway.start();
    try {
      const { url } = inUse.database;
      const other = await inUse.createApplication();
      const late = await signUpPerson(inUse, other);
      const before = await inUse.dump();
      for (const words of [[], ["--replace", "another"]]) {
        const refused = await command(url, ["restore", backupFile, ...words]);
        expect(refused).toMatchObject({ code: 1, stdout: "" });
        expect(refused.stderr).toContain(nameOf(url));
        expect(refused.stderr).toMatch(words.length === 0 ? /is not empty/ : /--replace/);
      }
      expect(await inUse.dump()).toBe(before);
      await requireLogIn(other.client, late.email);
      expect(await command(url, ["restore", backupFile, "--replace", nameOf(url)])).toMatchObject({ code: 0, stdout: "" });
      expect(await runSql(url, "SELECT id FROM users WHERE id = ?", [late.tokens.user.id])).toEqual([]);
      expect(await runSql(url, "SELECT id FROM users WHERE id = ?", [person.tokens.user.id])).toHaveLength(1);
    } finally {
      await inUse.stop();
    }
  }, 240_000);

  it("restore - other master keys, or a damaged file - exits 1 before the database is changed (B-42)", async () => {
    const fresh = await createTestDatabase();
    try {
      const refused = await command(fresh.url, ["restore", backupFile], { MASTER_KEYS: OTHER_KEYS });
      expect(refused).toMatchObject({ code: 1, stdout: "" });
      expect(refused.stderr).toContain("MASTER_KEYS");
      const { MASTER_KEYS: _, ...withoutKeys } = variables(fresh.url);
      expect((await runCommandHere(["restore", backupFile], withoutKeys, folder)).stderr).toContain("MASTER_KEYS");
      const content = readFileSync(backupFile);
      const damaged = { half: content.subarray(0, content.length / 2), text: Buffer.from("CREATE TABLE users;\n") };
      for (const [name, bytes] of Object.entries(damaged)) {
        writeFileSync(join(folder, name), bytes);
        const { code, stderr } = await command(fresh.url, ["restore", join(folder, name)]);
        expect([code, stderr]).toEqual([1, expect.stringMatching(name === "half" ? /incomplete/ : /after-restore/)]);
      }
      const tables = isMysql ? "SHOW TABLES" : "SELECT name FROM sqlite_master";
      expect(await runSql(fresh.url, tables)).toEqual([]);
      expect(await command(fresh.url, ["restore", backupFile])).toMatchObject({ code: 0 });
    } finally {
      await fresh.drop();
    }
  }, 120_000);
});

describe("interrupted restore", () => {
  it("start - all rows loaded, nothing invalidated - is refused until after-restore, which invalidates (B-42)", async () => {
    const fresh = await createTestDatabase();
    try {
      await withEnvironment(variables(fresh.url), folder, () => commandHost.restore(backupFile, {}));
      const refused = await GatewayProcess.launch(folder, variables(fresh.url));
      expect(await refused.exitStatus).toEqual({ code: 1, signal: null });
      expect(refused.stderr).toContain("after-restore");
      expect((await command(fresh.url, ["application", "list"])).code).toBe(1);
      const doctor = await command(fresh.url, ["doctor"]);
      expect([doctor.code, doctor.stdout]).toEqual([1, expect.stringMatching(/^FAIL +restore .*after-restore/m)]);
      expect(await command(fresh.url, ["after-restore", "--yes"])).toMatchObject({ code: 0 });
      const other = await GatewayProcess.start(folder, variables(fresh.url));
      try {
        await expectInvalidated(other);
      } finally {
        await other.kill();
      }
    } finally {
      await fresh.drop();
    }
  }, 240_000);

  it("start - rows missing - is refused, also by after-restore, until the backup is restored again (B-42)", async () => {
    const fresh = await createTestDatabase();
    try {
      await withEnvironment(variables(fresh.url), folder, () => commandHost.restore(backupFile, {}));
      await runSql(fresh.url, "UPDATE restores SET state = 'LOADING'");
      await runSql(fresh.url, "DELETE FROM users");
      for (const words of [
        ["application", "list"],
        ["after-restore", "--yes"],
        ["restore", backupFile],
      ]) {
        const { code, stderr } = await command(fresh.url, words);
        expect([code, stderr]).toEqual([1, expect.stringContaining("--replace")]);
      }
      expect(await command(fresh.url, ["restore", backupFile, "--replace", nameOf(fresh.url)])).toMatchObject({ code: 0 });
      expect(await command(fresh.url, ["application", "list"])).toMatchObject({ code: 0, stdout: expect.stringContaining(application.id) });
    } finally {
      await fresh.drop();
    }
  }, 240_000);
});

describe("doctor", () => {
  it("doctor - valid and invalid environment - prints a table or JSON, exits 1 on a failure, changes nothing", async () => {
    const before = await gateway.dump("throttle_buckets");
    const good = await command(gateway.database.url, ["doctor", "--json"]);
    const findings = JSON.parse(good.stdout) as { check: string; status: string }[];
    expect(good.code).toBe(0);
    expect(findings).toContainEqual(expect.objectContaining({ check: "master keys", status: "ok" }));
    const wrong = variables(gateway.database.url, { MASTER_KEYS: OTHER_KEYS, SMTP_URL: "smtp://127.0.0.1:1" });
    const bad = await runCommand(["doctor"], wrong, folder);
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^FAIL +master keys/m);
    expect(bad.stdout).toMatch(/^FAIL +mail/m);
    expect(await gateway.dump("throttle_buckets")).toBe(before);
  }, 120_000);
});
