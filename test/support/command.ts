import { commandHost } from "../../src/app/command-host.js";
import { environmentSchema } from "../../src/app/environment.js";
import { runCommand as runHere } from "../../src/cli/index.js";
import type { CommandResult, Variables } from "./process.js";

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
