import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A 256-bit key and its id (`kid`). */
export interface MasterKey {
  readonly id: string;
  readonly key: Uint8Array;
}
interface MasterKeySource {
  readonly MASTER_KEYS?: readonly MasterKey[] | undefined;
  readonly DATA_DIR: string;
}

/** MASTER_KEYS, or in development the key in DATA_DIR/master.key (mode 0600), created on first start. */
export function loadMasterKeys({ MASTER_KEYS, DATA_DIR }: MasterKeySource): readonly MasterKey[] {
  if (MASTER_KEYS) return MASTER_KEYS;
  const file = join(DATA_DIR, "master.key");
  const text = readIfExists(file) ?? createKeyFile(DATA_DIR, file);
  const [, id, encoded] = /^([A-Za-z0-9_-]+):([A-Za-z0-9+/=]+)\s*$/.exec(text) ?? [];
  const key = Buffer.from(encoded ?? "", "base64");
  if (!id || key.length !== 32) throw new Error(`${file} does not contain a master key (id:base64 of 32 bytes)`);
  return [{ id, key: new Uint8Array(key) }];
}

function readIfExists(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Writes a temporary file and links it into place: of two processes starting at once, one creates the key and both use it. */
function createKeyFile(folder: string, file: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const temporaryFile = `${file}.${process.pid}`;
  writeFileSync(temporaryFile, `k1:${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  try {
    linkSync(temporaryFile, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporaryFile);
  }
  return readFileSync(file, "utf8");
}
