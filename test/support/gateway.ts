import { createServer } from "node:net";
import pino from "pino";
import { afterAll, beforeAll } from "vitest";
import { composeGateway, type Gateway } from "../../src/app/compose.js";
import { parseEnvironment } from "../../src/app/environment.js";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { type Answer, Client } from "./client.js";
import { MovableClock } from "./clock.js";
import { createMigratedDatabase, createTestDatabase, type TestDatabase } from "./database.js";
import { pooledSigningKeys } from "./keys.js";
import { MailServer } from "./mail-server.js";

export interface TestApplication {
  readonly id: string;
  readonly appKey: string;
  readonly secretKey: string;
  readonly client: Client;
}
export interface TestGatewayOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Shares the database of another gateway (two instances). */
  readonly shareDatabaseOf?: TestGateway;
  /** SMTP_URL is not set: mails are stored in the development inbox. */
  readonly withoutMailServer?: boolean;
  /** The gateway runs the migrations on an empty database, instead of using a copy of a migrated one. */
  readonly migrates?: boolean;
  /** Signing keys are generated as in production, not taken from the pool: for tests of the keys themselves. */
  readonly generatesKeys?: boolean;
}

export const MASTER_KEYS = "test:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";

/** A gateway in this process, with a movable clock, its own database, a real SMTP server, and HTTP on loopback. */
export class TestGateway {
  readonly answers: Answer<unknown>[] = [];

  private constructor(
    readonly gateway: Gateway,
    readonly url: string,
    readonly clock: MovableClock,
    readonly mails: MailServer,
    readonly database: TestDatabase,
    readonly logs: string[],
    private readonly sharesDatabase: boolean,
  ) {}

  static async start({
    environment = {},
    shareDatabaseOf: beside,
    withoutMailServer,
    migrates,
    generatesKeys,
  }: TestGatewayOptions = {}): Promise<TestGateway> {
    const database = beside?.database ?? (await (migrates ? createTestDatabase() : createMigratedDatabase()));
    const mails = beside?.mails ?? (await MailServer.start());
    const clock = beside?.clock ?? new MovableClock();
    const logs: string[] = [];
    const log = pino({ level: "debug", base: null }, { write: (line: string) => void logs.push(line) });
    const port = await freePort();
    const values = parseEnvironment({
      PORT: String(port),
      DATABASE_URL: database.url,
      MASTER_KEYS,
      BCRYPT_COST: "4",
      HASH_WORKERS: "2",
      TRUST_PROXY: "127.0.0.0/8",
      DEMO: "0",
      MAIL_FROM: "gateway@latchkey.example",
      ...(withoutMailServer ? {} : { SMTP_URL: mails.url }),
      ...environment,
    });
    const keys = generatesKeys ? {} : { generateSigningKey: pooledSigningKeys(values.DATABASE_URL) };
    const gateway = await composeGateway(values, { clock, log, ...keys });
    await gateway.server.listen({ host: "127.0.0.1", port });
    gateway.startBackgroundWork();
    return new TestGateway(gateway, values.PUBLIC_URL, clock, mails, database, logs, beside !== undefined);
  }

  get services() {
    return this.gateway.services;
  }

  /** Creates an application; settings as on the command line (`signUp.flow=NONE`). */
  async createApplication(name = "Blue Heron", ...settings: string[]): Promise<TestApplication> {
    const { application, secretKey } = await new ApplicationLifecycle(this.services).create(internalContext("OPERATOR"), {
      name,
      ownerId: null,
    });
    if (settings.length > 0) await this.configure(application.id, ...settings);
    const { id, appKey } = application;
    return { id, appKey, secretKey, client: this.client(appKey) };
  }

  async configure(applicationId: string, ...settings: string[]): Promise<void> {
    if (!(await this.services.applicationRegistry.update(applicationId, settings))) throw new Error("No such application");
  }

  client(appKey?: string): Client {
    return new Client({ baseUrl: this.url, appKey, onAnswer: (answer) => this.answers.push(answer) });
  }

  /** A client of the Management API. */
  management(secretKey?: string): Client {
    return new Client({
      baseUrl: this.url,
      token: secretKey,
      endpoint: "/management/graphql",
      onAnswer: (answer) => this.answers.push(answer),
    });
  }

  /** Runs SQL directly on the database. */
  async query<Row = Record<string, unknown>>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const { database } = this.services;
    return /^\s*(select|pragma|show)/i.test(sql)
      ? await database.readManager.query(sql, [...parameters])
      : await database.transaction(({ manager }) => manager.query(sql, [...parameters]));
  }

  /** Waits for a log line that contains all fragments; it may be written after the event it reports. */
  async waitForLog(...fragments: string[]): Promise<Record<string, unknown>> {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const line = this.logs.findLast((candidate) => fragments.every((word) => candidate.includes(word)));
      if (line) return JSON.parse(line) as Record<string, unknown>;
      if (Date.now() > deadline) throw new Error(`Not in the log: ${fragments.join(", ")}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Every row of every table as text, as an attacker with access to the database would see it. */
  async dump(...except: string[]): Promise<string> {
    const list = this.database.isMysql
      ? "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
      : "SELECT name FROM sqlite_master WHERE type = 'table'";
    const names = (await this.query<{ name: string }>(list)).map(({ name }) => name).filter((name) => !except.includes(name));
    const parts: string[] = [];
    for (const name of names.sort()) {
      const rows = (await this.query(`SELECT * FROM ${name}`)).map((row) => JSON.stringify(row)).sort();
      parts.push(`${name}\n${rows.join("\n")}`);
    }
    return parts.join("\n\n");
  }

  async stop(): Promise<void> {
    await this.gateway.close();
    if (this.sharesDatabase) return;
    await this.mails.stop();
    await this.database.drop();
  }
}

/** The gateway of a test file, started before its tests and stopped after them. Use it only inside tests and hooks. */
export function gatewayForFile(options: TestGatewayOptions = {}): TestGateway {
  let started: TestGateway | undefined;
  beforeAll(async () => {
    started = await TestGateway.start(options);
  }, 200_000);
  afterAll(() => started?.stop());
  return new Proxy({} as TestGateway, {
    get(_, name) {
      if (!started) throw new Error("The gateway of this file is used before it has started");
      const value: unknown = Reflect.get(started, name, started);
      return typeof value === "function" ? value.bind(started) : value;
    },
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
