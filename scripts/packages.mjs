// Installs the packages of folders that have a lockfile of their own, unless they are installed already: `node scripts/packages.mjs <folder> ...`.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** An unreachable registry is reported after seconds, not after npm's five minutes. */
const NETWORK = ["--prefer-offline", "--fetch-timeout=20000", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];

/** Returns false if they cannot be installed; npm has then said why. */
export function installPackages(folder) {
  if (areInstalled(folder)) return true;
  process.stderr.write(`Installing the packages of ${folder} (once; some seconds) ...\n`);
  const { status } = spawnSync("npm", ["ci", "--prefix", folder, "--include=dev", ...NETWORK, ...QUIET], {
    cwd: root,
    stdio: ["ignore", "ignore", 2],
    shell: process.platform === "win32",
  });
  return status === 0;
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
