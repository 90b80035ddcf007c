import { expect } from "vitest";
import { commandHost } from "../../src/app/command-host.js";
import { environmentSchema } from "../../src/app/environment.js";
import { runCommand as runHere } from "../../src/cli/index.js";
import { MASTER_KEYS, type TestGateway } from "./gateway.js";
import { type CommandResult, createTemporaryFolder, FAST_HASHING, type Variables } from "./process.js";

/** Runs `work` with the given variables and working directory, for calls of what commands call. */
export async function withEnvironment<T>(variables: Variables, folder: string, work: () => Promise<T>): Promise<T> {
  // Sequential, because environment, working directory and streams are global to the process.
  const run = last.then(async () => {
    const restorations = [replaceEnvironment(variables), replaceFolder(folder)];
    try {
      return await work();
    } finally {
      for (const restore of restorations) restore();
    }
  });
  last = run.catch(() => undefined);
  return await run;
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs a CLI command in this process, as `src/main.ts` does: much faster than a child process, for tests of a command's effect. Behaviour
 * of the process itself (exit of the built entry, standard input, log output on stderr) is tested with `runCommand`.
 */
export async function runCommandHere(words: readonly string[], variables: Variables, folder: string): Promise<CommandResult> {
  return await withEnvironment(variables, folder, () => runAlone(words));
}

async function runAlone(words: readonly string[]): Promise<CommandResult> {
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  const codeBefore = process.exitCode;
  process.exitCode = undefined;
  try {
    await runHere([process.execPath, "latchkey", ...words], commandHost);
    return { code: Number(process.exitCode ?? 0), signal: null, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error);
    return { code: 1, signal: null, stdout: stdout.text(), stderr: `${stderr.text()}${sentence}\n` };
  } finally {
    process.exitCode = codeBefore;
    for (const restore of [stdout.restore, stderr.restore]) restore();
  }
}

/** Replaces all variables that the gateway reads by the given ones. */
function replaceEnvironment(variables: Variables): () => void {
  const names = [...new Set([...Object.keys(environmentSchema.shape), ...Object.keys(variables)])];
  const before = names.map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const name of names) set(name, variables[name]);
  return () => {
    for (const [name, value] of before) set(name, value);
  };
}

function replaceFolder(folder: string): () => void {
  const before = process.cwd();
  process.chdir(folder);
  return () => process.chdir(before);
}

function capture(stream: NodeJS.WriteStream): { text(): string; restore(): void } {
  const { write } = stream;
  let text = "";
  stream.write = ((chunk: string | Uint8Array) => {
    text += typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    return true;
  }) as typeof stream.write;
  return {
    text: () => text,
    restore: () => {
      stream.write = write;
    },
  };
}

/** Runs commands on the database of a running gateway. */
export function commandsOf(gateway: TestGateway) {
  const run = async (...words: string[]) => {
    const variables = { ...FAST_HASHING, DATABASE_URL: gateway.database.url, MASTER_KEYS, PUBLIC_URL: gateway.url };
    return await runCommandHere(words, variables, createTemporaryFolder());
  };
  return {
    run,
    /** For a command that succeeds and prints JSON and nothing else. */
    json: async <T>(...words: string[]): Promise<T> => {
      const { code, stdout, stderr } = await run(...words, "--json");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse(stdout) as T;
    },
    /** For a command that fails: its explanation. */
    refused: async (...words: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run(...words);
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
      return stderr.trim();
    },
  };
}
