// Builds the parts of dist/ that are missing or older than their sources, then runs the gateway: `node scripts/run.mjs [command]`.
// The command `build` builds everything and exits; `prepare` builds missing and outdated parts and exits.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { buildSqliteDriver, installPackages, usesMysql } from "./packages.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, "dist/src/main.js");
const require = createRequire(import.meta.url);

/** The parts of dist/. A container image contains no sources, so nothing is built there. */
const gateway = {
  name: "Latchkey (once; some seconds)",
  outputs: ["dist/src"],
  marker: "dist/built",
  sources: ["tsconfig.json", "package.json", "src", "migrations", "scripts/bundle"],
  command: () => ["scripts/bundle/build.mjs"],
};
const playground = {
  name: "the playground (once; some seconds)",
  outputs: ["dist/playground"],
  marker: "dist/playground/built",
  sources: ["playground", "schema/operations"],
  packages: "playground",
  command: () => ["playground/node_modules/vite/bin/vite.js", "build", "playground", "--logLevel", "error"],
};

const client = {
  name: "the TypeScript client (once; some seconds)",
  outputs: ["clients/typescript/dist"],
  marker: "clients/typescript/dist/built",
  sources: ["clients/typescript/src", "clients/typescript/tsconfig.json", "tsconfig.json"],
  command: () => [require.resolve("typescript/bin/tsc"), "-p", "clients/typescript"],
};

function newest(path) {
  if (!statSync(path).isDirectory()) return statSync(path).mtimeMs;
  const names = readdirSync(path).filter((name) => name !== "node_modules");
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}

const hasSources = ({ sources }) => existsSync(join(root, sources[0]));

function isBuilt({ marker, sources }) {
  if (!existsSync(join(root, marker))) return false;
  return statSync(join(root, marker)).mtimeMs > Math.max(...sources.map((path) => newest(join(root, path))));
}

/** Returns the exit code of what failed, or 0. */
function build({ name, outputs, marker, packages, command }) {
  if (packages && !installPackages(packages)) return 1;
  process.stderr.write(`Building ${name} ...\n`);
  for (const path of [marker, ...outputs]) rmSync(join(root, path), { recursive: true, force: true });
  const { status } = spawnSync(process.execPath, command(), { cwd: root, stdio: ["ignore", 2, 2] });
  if (status === 0) writeFileSync(join(root, marker), "");
  return status ?? 1;
}

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** The gateway is bundled by a development dependency. */
function requireBundler() {
  try {
    require.resolve("rolldown");
  } catch {
    stop("The gateway is not built, and the packages that build it are not installed. Run: npm ci && npm run build");
  }
}

const [command, ...rest] = process.argv.slice(2);
const needsPlayground = ["build", "prepare", undefined].includes(command) || (command === "serve" && rest.length === 0);
const parts = [gateway, ...(needsPlayground ? [playground] : []), ...(command === "build" ? [client] : [])];
if (hasSources(gateway) && !usesMysql(process.env)) buildSqliteDriver();
const isStart = command !== "build" && command !== "prepare";
for (const part of parts.filter(hasSources)) {
  if (command !== "build" && isBuilt(part)) continue;
  if (part === gateway) requireBundler();
  const code = build(part);
  if (code === 0) continue;
  if (part !== playground || !isStart) process.exit(code);
  process.stderr.write("The playground could not be built; the gateway starts without it. The next start tries again.\n");
}
if (isStart) {
  if (!existsSync(entry))
    stop("There is no build in dist/. Build on a machine with the sources: npm ci && npm run build; then copy dist/ here.");
  // Libraries such as GraphQL.js run additional development checks unless NODE_ENV is production.
  process.env.NODE_ENV ??= "production";
  // In this process, which therefore receives the signals that stop the gateway.
  process.argv[1] = entry;
  await import(pathToFileURL(entry).href);
}
