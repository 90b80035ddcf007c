import { isIPv6 } from "node:net";

/** The network that is limited as one client: an IPv4 address or an IPv6 /64, which is usually assigned to one subscriber or host. */
export const networkOf = (address: string | null) =>
  address !== null && isIPv6(address) ? groupsOf(address).slice(0, 4).join(":") : (address ?? "none");

/** The IPv6 /48 of an address, the usual size of a site's assignment (RFC 6177); null for IPv4. */
export const siteOf = (address: string | null) => (address !== null && isIPv6(address) ? groupsOf(address).slice(0, 3).join(":") : null);

/** The eight groups of an IPv6 address, without leading zeros (RFC 4291 section 2.2). */
function groupsOf(address: string): string[] {
  const [head = "", tail] = address
    .replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => toGroups(bytes.slice(0, 4)))
    .split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array.from({ length: missing }, () => "0"), ...right].map((group) => Number.parseInt(group, 16).toString(16));
}

function toGroups(bytes: readonly string[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
