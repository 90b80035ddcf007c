import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parse } from "dotenv";
import { Client } from "./client.js";
import { createTestDatabase, isMysql } from "./database.js";
import { MailServer } from "./mail-server.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runner = join(root, "scripts/run.mjs");
const entry = join(root, "dist/src/main.js");
const BUILD_TIMEOUT_MS = 300_000;
// Generous limits: a start that takes two seconds can take half a minute beside a dozen others.
const START_TIMEOUT_MS = 120_000;
const COMMAND_TIMEOUT_MS = 120_000;

export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}
export interface CommandResult extends ExitStatus {
  readonly stdout: string;
  readonly stderr: string;
}
export type Variables = Readonly<Record<string, string>>;

/** Passes only the variables a process needs, none of those that the tests run with. */
const minimalEnvironment = (): Record<string, string> => ({ PATH: process.env["PATH"] ?? "", HOME: tmpdir() });

/** Polls until there is a value; on timeout, the error contains the description. */
export async function eventually<T>(
  description: string,
  poll: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await poll();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Waited in vain for ${description}`);
    await delay(50);
  }
}

let building: Promise<void> | undefined;
/** Ensures, once per worker, that dist/ matches the sources. Test files run concurrently: one builds, the others wait. */
export function ensureBuilt(): Promise<void> {
  building ??= runLocked([runner, "--help"]);
  return building;
}
/** As `ensureBuilt`, with the playground; installs its packages. */
export const ensurePlaygroundBuilt = () => runLocked([runner, "prepare"]);
/** Installs the packages that build the playground. */
export const ensurePlaygroundPackages = () => runLocked([join(root, "scripts/packages.mjs"), "playground"]);

async function runLocked(args: readonly string[]): Promise<void> {
  const lock = join(tmpdir(), `latchkey-build-${createHash("sha256").update(root).digest("hex").slice(0, 16)}`);
  await eventually("the build of another test file", () => tryAcquireLock(lock), BUILD_TIMEOUT_MS);
  try {
    // npm reads its configuration and its cache from the home folder.
    const { code, stderr } = await runNode(args, { HOME: homedir() }, root, BUILD_TIMEOUT_MS);
    if (code !== 0) throw new Error(`The gateway cannot be built:\n${stderr}`);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function tryAcquireLock(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // The lock of a run that was killed.
    const createdAtMs = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - createdAtMs > BUILD_TIMEOUT_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

/** The cheapest hashing. */
export const FAST_HASHING = { BCRYPT_COST: "4", HASH_WORKERS: "1" };

/** A separate folder for one test's processes; it is removed with the folder of the run. */
export const createTemporaryFolder = (): string => mkdtempSync(join(tmpdir(), "latchkey-process-"));

/** Runs the built command line, as the container image does. */
export async function runCommand(args: readonly string[], variables: Variables, folder: string, input = ""): Promise<CommandResult> {
  return await runNode(["--enable-source-maps", entry, ...args], variables, folder, COMMAND_TIMEOUT_MS, input);
}

/** Runs `node scripts/run.mjs <args>`, as developers do. */
export async function runScript(args: readonly string[], variables: Variables, folder: string): Promise<CommandResult> {
  return await runNode([runner, ...args], variables, folder, COMMAND_TIMEOUT_MS);
}

/** Runs `node <args>` until it exits. */
export async function runNode(
  args: readonly string[],
  variables: Variables,
  cwd: string,
  timeoutMs: number,
  input = "",
): Promise<CommandResult> {
  const child = spawn(process.execPath, args, { cwd, env: { ...minimalEnvironment(), ...variables }, stdio: ["pipe", "pipe", "pipe"] });
  // A command that reads no input may exit before it is written.
  child.stdin.on("error", () => {}).end(input);
  const output = collect(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const ended = await waitForExit(child);
  clearTimeout(timer);
  return { ...ended, ...output };
}

/** Collects the output of a child process. */
function collect(child: ChildProcess): { stdout: string; stderr: string } {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8");
    child[name]?.on("data", (chunk: string) => {
      output[name] += chunk;
    });
  }
  return output;
}

const waitForExit = (child: ChildProcess): Promise<ExitStatus> =>
  new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));

/** The gateway as a separate process: the built entry, configured by environment variables. */
export class GatewayProcess {
  readonly exitStatus: Promise<ExitStatus>;
  private readonly child: ChildProcess;
  private readonly output: { stdout: string; stderr: string };
  private hasExited = false;

  private constructor(
    folder: string,
    readonly url: string,
    variables: Variables,
    main: string,
  ) {
    this.child = spawn(process.execPath, [main], {
      cwd: folder,
      env: { ...minimalEnvironment(), DATA_DIR: join(folder, "data"), ...variables },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.output = collect(this.child);
    this.exitStatus = waitForExit(this.child).then((ended) => {
      this.hasExited = true;
      return ended;
    });
  }

  /** Starts a process and waits until it listens; `main` is the entry of another build. */
  static async start(folder: string, variables: Variables = {}, port?: number, main?: string): Promise<GatewayProcess> {
    const started = await GatewayProcess.launch(folder, variables, port, main);
    try {
      await started.waitForLog("listening", START_TIMEOUT_MS);
    } catch (error) {
      await started.kill();
      throw error;
    }
    return started;
  }

  /** Starts a process that may exit instead of listening. */
  static async launch(folder: string, variables: Variables = {}, port?: number, main = entry): Promise<GatewayProcess> {
    const chosenPort = port ?? (await freePort());
    return new GatewayProcess(folder, `http://127.0.0.1:${chosenPort}`, { PORT: String(chosenPort), ...variables }, main);
  }

  /** The Demo application's variables, as printed on the terminal. */
  get demoValues(): Record<string, string> {
    return parse(
      this.stdout
        .split("\n")
        .filter((line) => line.startsWith("LATCHKEY_"))
        .join("\n"),
    );
  }

  /** A client of the Demo application. */
  get client(): Client {
    return new Client({ baseUrl: this.url, appKey: this.demoValues["LATCHKEY_APP_KEY"] });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  get stdout(): string {
    return this.output.stdout;
  }

  get stderr(): string {
    return this.output.stderr;
  }

  /** Log entries: the output lines that are JSON. */
  get logs(): Record<string, unknown>[] {
    return this.stdout.split("\n").flatMap((line) => {
      try {
        return [JSON.parse(line) as Record<string, unknown>];
      } catch {
        return [];
      }
    });
  }

  async waitForLog(message: string, timeoutMs?: number): Promise<Record<string, unknown>> {
    const findEntry = () => {
      const entry = this.logs.find(({ msg }) => msg === message);
      if (!entry && this.hasExited) throw new Error(`The process ended before "${message}":\n${this.stdout}\n${this.stderr}`);
      return entry;
    };
    return await eventually(`the log entry "${message}"`, findEntry, timeoutMs);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Sends SIGKILL; has no effect after exit. */
  async kill(): Promise<void> {
    if (!this.hasExited) this.child.kill("SIGKILL");
    await this.exitStatus;
  }
}

/** Runs successive gateway processes on one port, one database and one mail server. */
export async function withGatewayRestarts(
  work: (start: (variables?: Variables) => Promise<GatewayProcess>, mails: MailServer) => Promise<void>,
): Promise<void> {
  const folder = createTemporaryFolder();
  const mails = await MailServer.start();
  const database = isMysql ? await createTestDatabase() : undefined;
  const started: GatewayProcess[] = [];
  const common = { ...FAST_HASHING, SMTP_URL: mails.url, ...(database ? { DATABASE_URL: database.url } : {}) };
  try {
    await work(async (variables = {}) => {
      const gateway = await GatewayProcess.start(folder, { ...common, ...variables }, started[0]?.port);
      started.push(gateway);
      return gateway;
    }, mails);
  } finally {
    for (const gateway of started) await gateway.kill();
    await mails.stop();
    await database?.drop();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
