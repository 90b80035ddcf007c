import { type ChildProcess, execFile, fork, spawn } from "node:child_process";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BaselineRequest } from "./baseline.js";
import type { Sample } from "./load-generator.js";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const run = promisify(execFile);
const START_TIMEOUT_MS = 60_000;

/** Passes only the variables a process needs. Both sides of every ratio run as in the container image. */
export const minimalEnvironment = (): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  HOME: process.env["HOME"] ?? "/tmp",
  NODE_ENV: "production",
});

/** Runs a command and returns its output. @throws Error with its stderr when it fails */
export async function runToEnd(command: string, args: readonly string[], cwd: string, variables: Record<string, string> = {}) {
  const { stdout } = await run(command, [...args], { cwd, env: { ...minimalEnvironment(), ...variables }, maxBuffer: 64_000_000 });
  return stdout;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Child processes, which are killed when a run fails or is interrupted. */
const children = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

/** A server in its own process. */
export class ServerProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    /** Time from process start to the first successful response. */
    readonly startMs: number,
  ) {}

  /** Starts `node <args>` and waits until `path` responds with 200. */
  static async start(args: readonly string[], cwd: string, variables: Record<string, string>, path: string): Promise<ServerProcess> {
    const port = await freePort();
    const startedAtMs = performance.now();
    const env = { ...minimalEnvironment(), ...variables, PORT: String(port) };
    const child = spawn(process.execPath, [...args], { cwd, env, stdio: ["ignore", "ignore", "pipe"] });
    children.add(child);
    child.once("exit", () => children.delete(child));
    let stderrTail = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      stderrTail = (stderrTail + chunk.toString()).slice(-2000);
    });
    for (;;) {
      const isUp = await fetch(`http://127.0.0.1:${port}${path}`).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isUp) return new ServerProcess(child, port, performance.now() - startedAtMs);
      const hasFailed = child.exitCode !== null || performance.now() - startedAtMs > START_TIMEOUT_MS;
      if (hasFailed) child.kill("SIGKILL");
      if (hasFailed) throw new Error(`${args.join(" ")} does not start: ${stderrTail.trim().split("\n").slice(-4).join(" | ")}`);
      await delay(2);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await ended;
  }
}

/** The process of baseline.ts. */
export class Baseline {
  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<Baseline> {
    const child = fork(fileURLToPath(new URL("baseline.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
      env: { ...process.env, ...minimalEnvironment() },
    });
    const { port } = (await nextMessage(child)) as { port: number };
    return new Baseline(child, port);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Returns operations per second. */
  async measure(request: BaselineRequest): Promise<Sample> {
    const answer = nextMessage(this.child);
    this.child.send(request);
    const { sample, error } = (await answer) as { sample?: Sample; error?: string };
    if (!sample) throw new Error(error);
    return sample;
  }

  stop(): void {
    this.child.disconnect();
  }
}

const nextMessage = (child: ChildProcess) =>
  new Promise<unknown>((resolve, reject) => {
    const fail = () => reject(new Error("The process of the baselines ended"));
    child.once("exit", fail);
    child.once("message", (answer) => {
      child.off("exit", fail);
      resolve(answer);
    });
  });
