// What npm ci leaves out. `node scripts/packages.mjs <folder> ...` installs the packages of folders with a separate lockfile.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** An unreachable registry is reported after seconds, not after npm's five minutes. */
const NETWORK = ["--prefer-offline", "--fetch-timeout=20000", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

const npm = (args, stderr) =>
  spawnSync("npm", [...args, ...QUIET], { cwd: root, stdio: ["ignore", "ignore", stderr], shell: process.platform === "win32" }).status;

/** Returns false if they cannot be installed; npm has then said why. */
export function installPackages(folder) {
  if (areInstalled(folder)) return true;
  process.stderr.write(`Installing the packages of ${folder} (once; some seconds) ...\n`);
  return npm(["ci", "--prefix", folder, "--include=dev", "--ignore-scripts", ...NETWORK], 2) === 0;
}

/**
 * Downloads or compiles the release of the SQLite driver for Node 20, which .npmrc keeps npm ci from doing. The release for Node 22 and
 * later contains its binary. If this fails, the start of the gateway fails with one sentence that says what to do, and the next start tries
 * again, because a compiler may have been installed.
 */
export function buildSqliteDriver() {
  const driver = join(root, "node_modules/better-sqlite3");
  const isNeeded = Number.parseInt(process.versions.node, 10) < 22 && existsSync(driver);
  if (!isNeeded || existsSync(join(driver, "build/Release/better_sqlite3.node"))) return;
  process.stderr.write("Building the SQLite driver for Node 20 (once; a minute or two) ...\n");
  npm(["rebuild", "better-sqlite3", "--ignore-scripts=false"], "ignore");
}

/** Whether the gateway will use MySQL or MariaDB: as in the gateway, the environment takes precedence over the file. */
export function usesMysql(environment, file = ".env") {
  const variables = { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...environment };
  return variables.DATABASE_URL?.startsWith("mysql:") ?? false;
}

/** Optional packages are those of other platforms. */
function areInstalled(folder) {
  const wanted = readPackages(join(root, folder, "package-lock.json"));
  const installed = readPackages(join(root, folder, "node_modules/.package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version);
}

function readPackages(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return {};
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exit(process.argv.slice(2).every(installPackages) ? 0 : 1);
