// Loads latchkey.cjs with the functions that V8 compiled when it was built. Copied beside the bundle.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";

/** Both files begin with the bundle's build id. V8 itself compares only the length of the source. */
export const BUILD_ID_LENGTH = 40;
const BUILD_ID_OFFSET = "/* ".length;
export const CODE_CACHE_FILE = "latchkey.code-cache";

/** Compiles the bundle of a folder. V8 rejects what another release compiled; the source is then compiled anew. */
export function readBundle(folder) {
  const filename = join(folder, "latchkey.cjs");
  // The bundle is ASCII: read as Latin-1, V8 keeps one byte a character.
  const source = readFileSync(filename, "latin1");
  const buildId = source.slice(BUILD_ID_OFFSET, BUILD_ID_OFFSET + BUILD_ID_LENGTH);
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename,
    cachedData: readCodeCache(join(folder, CODE_CACHE_FILE), buildId),
  });
  const run = () => {
    const module = { exports: {} };
    script.runInThisContext().call(module.exports, module.exports, createRequire(filename), module, filename, folder);
  };
  return { buildId, script, run };
}

function readCodeCache(path, buildId) {
  try {
    const file = readFileSync(path);
    return file.toString("latin1", 0, BUILD_ID_LENGTH) === buildId ? file.subarray(BUILD_ID_LENGTH) : undefined;
  } catch {
    return undefined; // Without the file the gateway starts all the same, only later.
  }
}
