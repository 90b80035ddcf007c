import { spawn } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

const dumpTools = ["mysqldump", "mariadb-dump"];
const clientTools = ["mysql", "mariadb"];

/** Dumps in one transaction: consistent, without locking tables. */
export async function dumpMysql(url: string, file: string, searchPath: string): Promise<void> {
  const options = ["--single-transaction", "--skip-lock-tables", "--no-tablespaces", "--hex-blob", "--default-character-set=utf8mb4"];
  await runFirstAvailable(dumpTools, { url, searchPath }, options, async (child) => {
    await pipeline(child.stdout, createWriteStream(file, { mode: 0o600, flags: "wx" }));
  });
}

/** Imports a dump into the (empty) database of the URL. */
export async function restoreMysql(url: string, file: string, searchPath: string): Promise<void> {
  await runFirstAvailable(clientTools, { url, searchPath }, ["--default-character-set=utf8mb4"], async (child) => {
    await pipeline(createReadStream(file), child.stdin);
  });
}

interface Target {
  readonly url: string;
  /** The PATH on which the tool is looked up. */
  readonly searchPath: string;
}
type Child = ReturnType<typeof spawnTool>;

async function runFirstAvailable(
  tools: readonly string[],
  target: Target,
  options: readonly string[],
  work: (child: Child) => Promise<void>,
): Promise<void> {
  for (const tool of tools) {
    const child = spawnTool(tool, target, options);
    const exitCode = new Promise<number | "missing">((resolve, reject) => {
      child.on("error", (error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? resolve("missing") : reject(error)));
      child.on("close", (code) => resolve(code ?? 1));
    });
    const spawned = new Promise<boolean>((resolve) => {
      child.on("spawn", () => resolve(true));
      child.on("error", () => resolve(false));
    });
    if (!(await spawned)) continue;
    await work(child);
    const code = await exitCode;
    if (code === 0) return;
    throw new Error(`${tool} failed with exit code ${code}; see its output above`);
  }
  throw new Error(`${tools.join(" or ")} must be on the PATH`);
}

/** The password is passed in the environment, because other users of the machine can read the arguments of a process. */
function spawnTool(tool: string, { url, searchPath }: Target, options: readonly string[]) {
  const { hostname, port, username, password, pathname } = new URL(url);
  const connection = [`--host=${hostname}`, `--port=${port || "3306"}`, `--user=${decodeURIComponent(username)}`, "--protocol=TCP"];
  return spawn(tool, [...connection, ...options, decodeURIComponent(pathname.slice(1))], {
    stdio: ["pipe", "pipe", "inherit"],
    env: { PATH: searchPath, MYSQL_PWD: decodeURIComponent(password) },
  });
}
