import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Asking, askTimes, closedLoop, httpRequest } from "./connections.js";
import { COST, type Place } from "./place.js";
import { output, root, ServerProcess } from "./processes.js";
import { PASSWORD, type Requests } from "./requests.js";
import { EACH, type Measure, type Scene, STORM_CLIENTS } from "./rows.js";
import type { Row } from "./table.js";

/** Outside of the repository: nothing here is a dependency of the gateway. Kept for the next run. */
const folder = join(tmpdir(), "latchkey-bench-peers");
const PACKAGES = ["parse-server@9", "@node-rs/bcrypt@2"];
/** Cost 10 is parse-server's own and cannot be set. */
const SERVER = `
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

interface PeerParts {
  readonly place: Place;
  readonly requests: Requests;
  readonly scene: Scene;
  readonly rounds: number;
  readonly postgres: string | undefined;
  readonly measure: (measures: readonly Measure[], rounds: number) => Promise<Row[]>;
}

/** Log-in with the native library on both sides: against raw hashing, and against parse-server, the fastest peer on Node. */
export async function peerRows({ place, requests, scene, rounds, postgres, measure }: PeerParts): Promise<Row[]> {
  const raw = { id: "L1", what: `log-in with @node-rs/bcrypt, ${STORM_CLIENTS} clients : raw hashes`, unit: "/s", floor: 0.88, goal: 0.95 };
  const peer = {
    id: "L2",
    what: `log-in, ${STORM_CLIENTS} clients, @node-rs/bcrypt : parse-server with it`,
    unit: "/s",
    floor: 1,
    goal: 1.1,
  };
  try {
    await install();
  } catch {
    const skipped = `${PACKAGES.join(" and ")} cannot be installed from npm here`;
    return [raw, peer].map((row) => ({ ...row, rounds: [], skipped }));
  }
  const gateway = await place.start(nativeCopy());
  const parse = postgres ? await startParse(postgres) : undefined;
  const clients = STORM_CLIENTS;
  const ours = () => closedLoop({ ...requests.logIn(gateway.port, clients, EACH), pid: gateway.pid }, clients, scene.long);
  const library = join(folder, "node_modules/@node-rs/bcrypt/index.js");
  const hashes = () => scene.baseline.rate({ kind: "hash", cost: COST, library, milliseconds: scene.long });
  const others: Measure[] = [{ ...raw, ours, other: hashes }];
  if (parse) others.push({ ...peer, ours, other: () => closedLoop({ ...logInToParse(parse.port), pid: parse.pid }, clients, scene.long) });
  try {
    if (parse) await signUpAtParse(parse.port, clients * EACH);
    const rows = await measure(others, rounds);
    const skipped =
      "parse-server keeps users in MongoDB or PostgreSQL: give a server as --peer-postgres postgres://USER@HOST:PORT/postgres";
    return parse ? rows : [...rows, { ...peer, rounds: [], skipped }];
  } finally {
    await parse?.stop();
    await gateway.stop();
  }
}

async function install(): Promise<void> {
  const isThere = PACKAGES.every((name) => existsSync(join(folder, "node_modules", name.replace(/@\d+$/, ""))));
  if (isThere) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "bench-peers", private: true, type: "module" }));
  process.stderr.write(`Installing ${PACKAGES.join(" and ")} into ${folder} ...\n`);
  await output("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...PACKAGES], folder);
}

/** A copy of what was built, where the native library is found. */
function nativeCopy(): string {
  const copy = join(folder, "latchkey");
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy);
  cpSync(join(root, "dist"), join(copy, "dist"), { recursive: true });
  cpSync(join(root, "package.json"), join(copy, "package.json"));
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return join(copy, "dist/src/main.js");
}

async function startParse(adminUrl: string): Promise<ServerProcess> {
  const file = join(folder, "parse.mjs");
  writeFileSync(file, SERVER);
  const variables = { ADMIN_URL: adminUrl, DATABASE: `latchkey_bench_${randomBytes(4).toString("hex")}` };
  return await ServerProcess.start([file], folder, variables, "/parse/health");
}

const headers = { "Content-Type": "application/json", "X-Parse-Application-Id": "bench" };
const credentials = (person: number) => JSON.stringify({ username: `person${person}`, password: PASSWORD });

async function signUpAtParse(port: number, count: number): Promise<void> {
  let next = 0;
  const request = () => httpRequest("POST", "/parse/users", headers, credentials(next++));
  await askTimes({ port, request, isRight: ({ status }) => status === 201 }, 4, count);
}

function logInToParse(port: number): Asking {
  let turn = 0;
  const request = (client: number) => httpRequest("POST", "/parse/login", headers, credentials(client + STORM_CLIENTS * (turn++ % EACH)));
  return { port, request, isRight: ({ status, body }) => status === 200 && body.includes('"sessionToken"') };
}
