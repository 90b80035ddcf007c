import { randomUUID } from "node:crypto";
import { DataSource, type DataSourceOptions } from "typeorm";
import { beforeAll, describe, expect, it } from "vitest";
import { migrations } from "../../migrations/index.js";
import { type Email, UserEntity } from "../../src/domain/users/index.js";
import type { Transaction } from "../../src/platform/database/index.js";
import { runCommandHere } from "../support/command.js";
import { createTestDatabase, isMysql } from "../support/database.js";
import { gatewayForFile, type TestApplication, TestGateway } from "../support/gateway.js";
import {
  ForgotPasswordDocument,
  IssueJwtDocument,
  RefreshSessionDocument,
  ResetPasswordDocument,
} from "../support/generated/authentication.js";
import { beginSignUp, logIn, PASSWORD, requireLogIn, signUpPerson, uniqueEmail } from "../support/people.js";
import { createTemporaryFolder, ensureBuilt, eventually, runCommand } from "../support/process.js";

const gateway = gatewayForFile({ migrates: true });
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

const MASTER_KEYS = "k1:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
const migrationNames = async (own = gateway) =>
  (await own.query<{ name: string }>("SELECT name FROM migrations ORDER BY id")).map(({ name }) => name);

/** Puts a user into the table as the gateway does. */
async function insertUser(email: string, createdAt = gateway.clock.now()) {
  const { users, database } = gateway.services;
  const row = {
    applicationId: application.id,
    id: randomUUID(),
    email: email as Email,
    emailAsTyped: email,
    password: null,
    metadata: {},
    locale: "en",
    createdAt,
  };
  return await database.transaction((tx) => users.insert(tx, row));
}

describe("schema", () => {
  it("schema - after the migrations - matches the entities", async () => {
    const { options, entityMetadatas } = gateway.services.database.readManager.dataSource;
    expect(entityMetadatas.length).toBeGreaterThan(8);
    // Compared by its own name: MariaDB tells defaults in other words than MySQL.
    const isMariaDb = gateway.services.database.label.startsWith("MariaDB");
    const source = new DataSource({ ...options, ...(isMariaDb ? { type: "mariadb" } : {}) } as DataSourceOptions);
    await source.initialize();
    try {
      const { upQueries } = await source.driver.createSchemaBuilder().log();
      expect(upQueries.map(({ query }) => query)).toEqual([]);
    } finally {
      await source.destroy();
    }
  });

  it("migrations - second start - do not run again", async () => {
    const before = await migrationNames();
    expect(before).toEqual(migrations.map(({ name }) => name));
    const other = await TestGateway.start({ shareDatabaseOf: gateway });
    await other.stop();
    expect(await migrationNames()).toEqual(before);
  });

  it("UP-02 migrations - interrupted before a migration is recorded - run again without damage", async () => {
    const own = await TestGateway.start();
    try {
      const { id } = await own.createApplication("Kept");
      await own.query("DELETE FROM migrations");
      const other = await TestGateway.start({ shareDatabaseOf: own });
      expect(await other.services.applicationRegistry.find(id)).not.toBeNull();
      await other.stop();
      expect(await migrationNames(own)).toEqual(migrations.map(({ name }) => name));
    } finally {
      await own.stop();
    }
  });

  it("migrations - three processes at once on an empty database - all succeed, each migration runs once", async () => {
    await ensureBuilt();
    const database = await createTestDatabase();
    const variables = { DATABASE_URL: database.url, MASTER_KEYS };
    try {
      const results = await Promise.all(Array.from({ length: 3 }, () => runCommand(["migrate"], variables, createTemporaryFolder())));
      expect(results.map(({ code, stderr }) => [code, /are up to date/.test(stderr)])).toEqual(results.map(() => [0, true]));
      const shown = await runCommandHere(["application", "list", "--json"], variables, createTemporaryFolder());
      expect([shown.code, JSON.parse(shown.stdout)]).toEqual([0, []]);
    } finally {
      await database.drop();
    }
  }, 200_000);

  it("application row - processes in two time zones - store the same instant in UTC, to the millisecond", async () => {
    await ensureBuilt();
    const database = await createTestDatabase();
    const variables = { DATABASE_URL: database.url, MASTER_KEYS };
    try {
      const before = Date.now();
      const made = await runCommand(
        ["application", "create", "--name", "Zones", "--json"],
        { ...variables, TZ: "America/New_York" },
        createTemporaryFolder(),
      );
      const { id } = JSON.parse(made.stdout) as { id: string };
      const shown = await Promise.all(
        ["Asia/Kolkata", "Pacific/Auckland"].map(async (TZ) => {
          const { stdout } = await runCommand(["application", "show", id, "--json"], { ...variables, TZ }, createTemporaryFolder());
          return (JSON.parse(stdout) as { createdAt: string }).createdAt;
        }),
      );
      expect(shown[0]).toBe(shown[1]);
      expect(Date.parse(shown[0] ?? "")).toBeGreaterThanOrEqual(before);
      expect(Date.parse(shown[0] ?? "")).toBeLessThanOrEqual(Date.now());
    } finally {
      await database.drop();
    }
  }, 200_000);
});

describe("stored values", () => {
  it.each([
    "2026-03-29T01:30:00.001Z",
    "2026-10-25T00:59:59.999Z",
    "2024-02-29T23:59:59.120Z",
    "2026-11-24T12:00:00.000Z",
  ])("instant %s - stored and read - is the same millisecond, stored in UTC", async (instant) => {
    const { id } = await insertUser(uniqueEmail(), new Date(instant));
    expect((await gateway.services.users.findById(application.id, id))?.createdAt.toISOString()).toBe(instant);
    const [row] = await gateway.query<{ text: string }>(
      `SELECT ${isMysql ? "CAST(created_at AS CHAR)" : "created_at"} AS text FROM users WHERE id = ?`,
      [id],
    );
    expect(row?.text).toBe(instant.replace("T", " ").replace("Z", ""));
  });

  it("addresses - differing only in case or accents - are different keys that do not match each other", async () => {
    const spellings = [
      "same@mail.example",
      "Same@mail.example",
      "SAME@MAIL.EXAMPLE",
      "s\u00e1me@mail.example",
      "sa\u0301me@mail.example",
      "\u017fame@mail.example",
      "same@mail\u3002example",
    ];
    const ids = new Map<string, string>();
    for (const email of spellings) ids.set(email, (await insertUser(email)).id);
    for (const email of spellings)
      expect((await gateway.services.users.findByHandle(application.id, email as Email))?.id).toBe(ids.get(email));
    expect(await gateway.services.users.findByHandle(application.id, "sAme@mail.example" as Email)).toBeNull();
    await expect(insertUser("same@mail.example")).rejects.toMatchObject({
      driverError: { code: expect.stringMatching(/ER_DUP_ENTRY|SQLITE_CONSTRAINT/) },
    });
  });

  it("address - typed with surrounding spaces and capitals - identifies the same account", async () => {
    const person = await signUpPerson(gateway, application);
    expect((await requireLogIn(application.client, `  ${person.email.toUpperCase()}\n`)).user.id).toBe(person.tokens.user.id);
    expect(await logIn(application.client, person.email.replace("@", " @"))).toMatchObject({ __typename: "InvalidCredentials" });
  });

  it("text columns - in a database with another collation - compare by bytes", async () => {
    const own = "table_schema = DATABASE() AND table_name NOT IN ('migrations', 'migration_lock')";
    const sql = isMysql
      ? `SELECT CONCAT(table_name, '.', column_name) AS place, collation_name AS text FROM information_schema.columns WHERE ${own} AND collation_name IS NOT NULL`
      : "SELECT name AS place, sql AS text FROM sqlite_master WHERE sql IS NOT NULL";
    const rows = await gateway.query<{ place: string; text: string }>(sql);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ text }) => (isMysql ? text !== "utf8mb4_bin" : /collate/i.test(text)))).toEqual([]);
  });

  it("text - characters outside the BMP, quotes, backslashes - is returned unchanged", async () => {
    const name = "Zo\u00eb \ud83e\udd89 \"q\" 'q' \\ % _ ; --";
    const { id } = await gateway.createApplication(name);
    expect((await gateway.services.applicationRegistry.find(id))?.settings.general.name).toBe(name);
  });
});

describe("guards", () => {
  it.each([undefined, null])("condition - %s as a value - throws instead of matching every row", async (value) => {
    const { database } = gateway.services;
    const where = { applicationId: application.id, id: value as never };
    const users = database.readManager.getRepository(UserEntity);
    for (const read of [
      () => users.findOneBy(where),
      () => users.find({ where }),
      () => users.countBy(where),
      () => users.findOneBy([where]),
    ])
      await expect(read()).rejects.toThrow(/undefined|null/i);
    const count = await users.count();
    for (const write of [
      ({ manager }: Transaction) => manager.update(UserEntity, where, { locale: "xx" }),
      ({ manager }: Transaction) => manager.delete(UserEntity, where),
      ({ manager }: Transaction) => manager.delete(UserEntity, { applicationId: value as never }),
    ])
      await expect(database.transaction(write)).rejects.toThrow(/undefined|null|empty/i);
    expect([await users.count(), await users.countBy({ locale: "xx" })]).toEqual([count, 0]);
  });

  it("transaction - work that throws - is rolled back and runs no after-commit callback", async () => {
    const { database } = gateway.services;
    const email = uniqueEmail();
    let effects = 0;
    const work = async () => {
      await insertUser(email);
      database.afterCommit(() => {
        effects++;
      });
      throw new Error("on purpose");
    };
    await expect(database.transaction(work)).rejects.toThrow("on purpose");
    expect(await gateway.services.users.findByHandle(application.id, email as Email)).toBeNull();
    expect(effects).toBe(0);
  });
});

describe("secrets at rest", () => {
  it("dump of every table - after sign-up, log-in, refresh and reset, with live codes - holds no code, token, ticket, password or key", async () => {
    const own = await gateway.createApplication("Dumped");
    const person = await signUpPerson(gateway, own);
    const loggedIn = await requireLogIn(own.client, person.email);
    const { refreshSession } = await own.client.expect(RefreshSessionDocument, { input: { refreshToken: loggedIn.refreshToken } });
    const { issueJwt } = await person.client.expect(IssueJwtDocument, { input: {} });
    if (refreshSession.__typename !== "LoggedIn") throw new Error(refreshSession.__typename);
    const forget = async () => {
      gateway.clock.move({ seconds: 61 });
      const { forgotPassword } = await own.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
      if (forgotPassword.__typename !== "PasswordResetRequested") throw new Error(forgotPassword.__typename);
      return forgotPassword.ticket;
    };
    const ticket = await forget();
    const code = await gateway.mails.nextCode(person.email);
    const newPassword = "chosen after the loss";
    await own.client.expect(ResetPasswordDocument, { input: { handle: { email: person.email }, code, ticket, newPassword } });
    // One code that lives, in a mail that has arrived; another in a mail that still waits.
    const pending = uniqueEmail();
    const pendingTicket = await beginSignUp(own.client, pending);
    const pendingCode = await gateway.mails.nextCode(pending);
    gateway.mails.behaviour = "refuse-temporarily";
    const waiting = uniqueEmail();
    const waitingTicket = await beginSignUp(own.client, waiting);
    await eventually(
      "the mail to wait",
      async () => (await gateway.query("SELECT id FROM outbox_messages WHERE status = 'PENDING' AND attempts = 1")).length === 1,
    );
    const dump = await gateway.dump();
    gateway.mails.behaviour = "accept";
    gateway.clock.move({ seconds: 6 });
    const waitingCode = await gateway.mails.nextCode(waiting);
    const tokens = [person.tokens, loggedIn, refreshSession].flatMap(({ jwt, sessionToken, refreshToken, deviceToken }) => [
      jwt,
      sessionToken,
      refreshToken,
      deviceToken ?? jwt,
    ]);
    const secrets = [...tokens, issueJwt.jwt, ticket, pendingTicket, waitingTicket, PASSWORD, newPassword, own.secretKey];
    expect(dump).toContain(person.email);
    expect(secrets.filter((secret) => dump.includes(secret) || dump.includes(Buffer.from(secret).toString("base64url")))).toEqual([]);
    const digits = [code, pendingCode, waitingCode];
    expect(digits.filter((one) => new RegExp(`(?<![\\w.-])${one}(?![\\w-])`).test(dump))).toEqual([]);
    // Only hashes of tokens and codes are stored, and queued mails are encrypted.
    expect(dump).not.toMatch(/lk_(ses|ref|sec|chl|dev)_/);
    expect(dump).not.toContain(waiting.split("@")[0]?.concat('@mail.example\\"'));
  });
});
