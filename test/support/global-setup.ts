import { accessSync, constants, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSqliteDriver } from "../../scripts/packages.mjs";

const MEMORY = "/dev/shm";
const NEEDED_BYTES = 1024 ** 3;

/**
 * One folder for all files of a run, in memory where available: tests need no durable databases, and disk writes took half of the run time.
 * Workers and their child processes find it through TMPDIR.
 */
export default function setup(): () => void {
  buildSqliteDriver();
  process.env["TEST_KEYS_DIR"] ??= join(tmpdir(), `latchkey-test-keys-${process.getuid?.() ?? 0}`);
  const folder = mkdtempSync(join(hasMemory() ? MEMORY : tmpdir(), "latchkey-run-"));
  process.env["TMPDIR"] = folder;
  process.env["TEST_RUN_DIR"] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

function hasMemory(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK);
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= NEEDED_BYTES;
  } catch {
    return false;
  }
}
