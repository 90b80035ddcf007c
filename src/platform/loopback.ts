import { isIPv4 } from "node:net";

const loopbackHosts = new Set(["127.0.0.1", "localhost", "::1", "[::1]"]);

/** True for loopback names and addresses (RFC 1122 section 3.2.1.3, RFC 4291 section 2.5.3). */
export function isLoopbackHost(host: string): boolean {
  return loopbackHosts.has(host) || (isIPv4(host) && host.startsWith("127."));
}
