// Starts the bundle of a folder, waits until it is ready and writes what V8 has compiled until then: `node write-code-cache.js <folder> <port>`.
import { writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { CODE_CACHE_FILE, readBundle } from "./bundle-loader.js";

const START_TIMEOUT_MS = 60_000;
const POLL_INTERVAL_MS = 50;

const [folder, port] = process.argv.splice(2);
const { buildId, script, run } = readBundle(folder);
// A start that fails ends the process as well: the functions compiled until then are better than none.
process.on("exit", () => writeFileSync(join(folder, CODE_CACHE_FILE), Buffer.concat([Buffer.from(buildId), script.createCachedData()])));
setTimeout(() => process.exit(1), START_TIMEOUT_MS);
setInterval(() => {
  get({ host: "127.0.0.1", port, path: "/health/ready", agent: false }, ({ statusCode }) => {
    if (statusCode === 200) process.exit(0);
  }).on("error", () => {});
}, POLL_INTERVAL_MS);
run();
