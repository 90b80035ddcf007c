import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchmarkEnvironment, COST } from "./environment.js";
import { closedLoop, httpRequest, sendRequests, type Workload } from "./load-generator.js";
import { type BenchmarkContext, LOG_IN_CLIENTS, type Measure, USERS_PER_CLIENT } from "./measures.js";
import { root, runToEnd, ServerProcess } from "./processes.js";
import { PASSWORD, type Requests } from "./requests.js";
import type { Row } from "./table.js";

/** Outside the repository, because the gateway does not depend on them. Kept for the next run. */
const peersFolder = join(tmpdir(), "latchkey-bench-peers");
const PACKAGES = ["parse-server@9", "@node-rs/bcrypt@2"];
/** Cost 10 is fixed in parse-server. */
const PARSE_SERVER_SOURCE = `
import express from "express";
import pg from "pg";
import { ParseServer } from "parse-server";
const { PORT, ADMIN_URL, DATABASE } = process.env;
const admin = async (sql) => {
  const client = new pg.Client({ connectionString: ADMIN_URL });
  await client.connect();
  await client.query(sql).finally(() => client.end());
};
await admin('CREATE DATABASE "' + DATABASE + '"');
const url = new URL(ADMIN_URL);
url.pathname = "/" + DATABASE;
const parse = new ParseServer({ databaseURI: url.href, appId: "bench", masterKey: "${randomBytes(8).toString("hex")}",
  serverURL: "http://127.0.0.1:" + PORT + "/parse", silent: true, verbose: false, logLevel: "error", logsFolder: null });
await parse.start();
const app = express();
app.use("/parse", parse.app);
app.listen(Number(PORT), "127.0.0.1");
process.on("SIGTERM", () => admin('DROP DATABASE "' + DATABASE + '" WITH (FORCE)').finally(() => process.exit(0)));
`;

interface PeerBenchmarkOptions {
  readonly place: BenchmarkEnvironment;
  readonly requests: Requests;
  readonly scene: BenchmarkContext;
  readonly rounds: number;
  readonly postgres: string | undefined;
  readonly measure: (measures: readonly Measure[], rounds: number) => Promise<Row[]>;
}

/** Log-in with the native library on both sides: compared with raw hashing and with parse-server, the fastest peer on Node. */
export async function peerRows({ place, requests, scene, rounds, postgres, measure }: PeerBenchmarkOptions): Promise<Row[]> {
  const rawHashesRow = {
    id: "L1",
    description: `log-in with @node-rs/bcrypt, ${LOG_IN_CLIENTS} clients : raw hashes`,
    unit: "/s",
    floor: 0.88,
    goal: 0.95,
  };
  const parseServerRow = {
    id: "L2",
    description: `log-in, ${LOG_IN_CLIENTS} clients, @node-rs/bcrypt : parse-server with it`,
    unit: "/s",
    floor: 1,
    goal: 1.1,
  };
  try {
    await installPeers();
  } catch {
    const skipped = `${PACKAGES.join(" and ")} cannot be installed from npm here`;
    return [rawHashesRow, parseServerRow].map((row) => ({ ...row, rounds: [], skipped }));
  }
  const gateway = await place.start(nativeCopy());
  const parse = postgres ? await startParse(postgres) : undefined;
  const clients = LOG_IN_CLIENTS;
  const measureGateway = () =>
    closedLoop({ ...requests.logIn(gateway.port, clients, USERS_PER_CLIENT), pid: gateway.pid }, clients, scene.longMs);
  const library = join(peersFolder, "node_modules/@node-rs/bcrypt/index.js");
  const measureHashing = () => scene.baseline.measure({ kind: "hash", cost: COST, library, milliseconds: scene.longMs });
  const measures: Measure[] = [{ ...rawHashesRow, measureGateway, measureReference: measureHashing }];
  if (parse)
    measures.push({
      ...parseServerRow,
      measureGateway,
      measureReference: () => closedLoop({ ...logInToParse(parse.port), pid: parse.pid }, clients, scene.longMs),
    });
  try {
    if (parse) await signUpAtParse(parse.port, clients * USERS_PER_CLIENT);
    const rows = await measure(measures, rounds);
    const skipped =
      "parse-server keeps users in MongoDB or PostgreSQL: give a server as --peer-postgres postgres://USER@HOST:PORT/postgres";
    return parse ? rows : [...rows, { ...parseServerRow, rounds: [], skipped }];
  } finally {
    await parse?.stop();
    await gateway.stop();
  }
}

async function installPeers(): Promise<void> {
  const isInstalled = PACKAGES.every((name) => existsSync(join(peersFolder, "node_modules", name.replace(/@\d+$/, ""))));
  if (isInstalled) return;
  mkdirSync(peersFolder, { recursive: true });
  writeFileSync(join(peersFolder, "package.json"), JSON.stringify({ name: "bench-peers", private: true, type: "module" }));
  process.stderr.write(`Installing ${PACKAGES.join(" and ")} into ${peersFolder} ...\n`);
  await runToEnd("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES], peersFolder);
}

/** A copy of the build that resolves the native library. */
function nativeCopy(): string {
  const copy = join(peersFolder, "latchkey");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return join(copy, "dist/src/main.js");
}

async function startParse(adminUrl: string): Promise<ServerProcess> {
  const file = join(peersFolder, "parse.mjs");
  writeFileSync(file, PARSE_SERVER_SOURCE);
  const variables = { ADMIN_URL: adminUrl, DATABASE: `latchkey_bench_${randomBytes(4).toString("hex")}` };
  return await ServerProcess.start([file], peersFolder, variables, "/parse/health");
}

const headers = { "Content-Type": "application/json", "X-Parse-Application-Id": "bench" };
const credentials = (person: number) => JSON.stringify({ username: `person${person}`, password: PASSWORD });

async function signUpAtParse(port: number, count: number): Promise<void> {
  let next = 0;
  const request = () => httpRequest("POST", "/parse/users", headers, credentials(next++));
  await sendRequests({ port, request, isExpected: ({ status }) => status === 201 }, 4, count);
}

function logInToParse(port: number): Workload {
  let turn = 0;
  const request = (client: number) =>
    httpRequest("POST", "/parse/login", headers, credentials(client + LOG_IN_CLIENTS * (turn++ % USERS_PER_CLIENT)));
  return { port, request, isExpected: ({ status, body }) => status === 200 && body.includes('"sessionToken"') };
}
