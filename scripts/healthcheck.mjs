// The health check of the container image: asks for readiness as a client does, through an address that others can connect to.
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { networkInterfaces } from "node:os";
import { parse } from "dotenv";

function readEnvFile() {
  try {
    return parse(readFileSync(".env"));
  } catch {
    return {};
  }
}

const given = Object.entries(process.env).filter(([, value]) => value);
const { HOST = "0.0.0.0", PORT = "4000", PUBLIC_URL } = { ...readEnvFile(), ...Object.fromEntries(given) };
const addresses = Object.values(networkInterfaces())
  .flat()
  .filter(({ internal, scopeid }) => !internal && !scopeid)
  .sort((one, other) => one.family.localeCompare(other.family))
  .map(({ address }) => address);
// A gateway that listens on loopback only is not reachable, although it answers there.
const host = addresses.includes(HOST.trim()) ? HOST.trim() : (addresses[0] ?? "127.0.0.1");
const headers = PUBLIC_URL && URL.canParse(PUBLIC_URL) ? { Host: new URL(PUBLIC_URL).host } : {};

const fail = (reason) => {
  process.stdout.write(`${host}:${PORT.trim()}: ${reason}\n`);
  process.exit(1);
};
const request = get({ host, port: PORT.trim(), path: "/health/ready", headers, timeout: 2500 }, (response) =>
  response.statusCode === 200 ? process.exit(0) : fail(`status ${response.statusCode}`),
);
request.on("timeout", () => fail("no answer")).on("error", ({ message }) => fail(message));
