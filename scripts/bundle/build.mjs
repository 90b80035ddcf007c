// Bundles src/, migrations/ and the packages they use into dist/src/: one file that the loader beside it compiles with a code cache.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const scripts = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(scripts));
const output = join(root, "dist/src");
const require = createRequire(import.meta.url);

/** Native, optional, or too large for what is rarely used: loaded from node_modules when they are needed. */
const external = ["better-sqlite3", "better-sqlite3-napi", "@node-rs/bcrypt", "twilio"];
/** TypeORM loads its drivers of all databases; these are not among ours. */
const unusedDriver =
  /\/typeorm\/driver\/(aurora-mysql|aurora-postgres|capacitor|cockroachdb|cordova|expo|mongodb|nativescript|oracle|postgres|react-native|sap|spanner|sqljs|sqlserver)\//;

const packages = {
  name: "packages",
  /** Both module systems import GraphQL.js; its types are compared by identity, so there is one copy. */
  resolveId: (name) => (name === "graphql" ? join(dirname(require.resolve("graphql/package.json")), "index.mjs") : undefined),
  load: (id) => (unusedDriver.test(id) ? { code: "module.exports = {};", moduleType: "js" } : undefined),
  /** Stack traces are mapped to our sources; positions in packages stay those of the bundle. */
  transform: (code, id) => (id.includes("/node_modules/") && /\.[cm]?js$/.test(id) ? { code, map: { mappings: "" } } : undefined),
};
/** A source outside of Latin-1 would take two bytes a character. Comments are left out, and strings and patterns know the escape. */
const escapeNonAscii = (code) => code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
const finish = {
  name: "finish",
  renderChunk: (code) => {
    if (/await import\(/.test(code)) throw new Error("import() of what is not bundled does not work with a code cache: use createRequire");
    const text = escapeNonAscii(code.replace(/^#!.*\n/, "\n"));
    // On the first line, so that the source map stays right.
    return { code: text.replace(/^/, `/* ${createHash("sha1").update(text).digest("hex")} */`), map: null };
  },
};

async function bundle(input, format, fileName, plugins, sourcemap) {
  const options = { input: join(root, input), platform: "node", tsconfig: join(root, "tsconfig.json"), external, plugins };
  const build = await rolldown({ ...options, cwd: root, logLevel: "warn", onLog: failOnWarning });
  await build.write({
    ...{ dir: output, entryFileNames: fileName, format, sourcemap, sourcemapExcludeSources: true },
    // TypeORM finds a migration by the name of its class.
    ...{ keepNames: true, comments: false, codeSplitting: false, dynamicImportInCjs: false },
  });
  await build.close();
}

/** What cannot be resolved, and what names a file relative to a package, would fail in production only. */
function failOnWarning(level, { code, message }) {
  if (level === "warn" && !["COMMONJS_VARIABLE_IN_ESM", "EVAL", "CIRCULAR_DEPENDENCY"].includes(code)) throw new Error(message);
}

/** The start with an embedded database in a separate folder, regardless of the environment. */
async function writeCodeCache() {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-build-"));
  const port = String(await freePort());
  const gateway = { GATEWAY_MODE: "development", DATA_DIR: folder, PORT: port, BCRYPT_COST: "4", HASH_WORKERS: "1", LOG_LEVEL: "silent" };
  const env = { PATH: process.env.PATH, NODE_ENV: "production", ...gateway };
  const { status } = spawnSync(process.execPath, [join(scripts, "write-code-cache.js"), output, port], {
    cwd: folder,
    env,
    stdio: "ignore",
  });
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) process.stderr.write("The gateway did not start during the build: it will start more slowly\n");
}

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

rmSync(output, { recursive: true, force: true });
await bundle("src/main.ts", "cjs", "latchkey.cjs", [packages, finish], true);
await bundle("src/platform/crypto/bcrypt-worker.mjs", "esm", "bcrypt-worker.mjs", [], false);
for (const name of ["main.js", "bundle-loader.js"]) copyFileSync(join(scripts, name), join(output, name));
chmodSync(join(output, "main.js"), 0o755);
await writeCodeCache();
