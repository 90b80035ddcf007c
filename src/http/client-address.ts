import { isIP, isIPv6, SocketAddress } from "node:net";
import type { FastifyInstance } from "fastify";

declare module "fastify" {
  interface FastifyRequest {
    /** The client's address in canonical form; null when the connection was closed before the request arrived. */
    clientAddress: string | null;
  }
}

/**
 * Determines the client's address of each request on arrival, because a connection that is closed has no address. Fastify evaluates
 * X-Forwarded-For by TRUST_PROXY.
 */
export function readClientAddresses(server: FastifyInstance): void {
  server.decorateRequest("clientAddress", null);
  server.addHook("onRequest", (request, _reply, done) => {
    const { headers } = request.raw;
    const forwarded = headers["x-forwarded-for"];
    if (typeof forwarded === "string") headers["x-forwarded-for"] = canonicalForwardedFor(forwarded);
    request.clientAddress = canonicalAddress(request.ip ?? "");
    done();
  });
}

/**
 * The entries of X-Forwarded-For that are addresses, in canonical form. An entry that is no address, and all entries to the left of it, are
 * removed: the client is then the proxy that wrote it.
 */
export function canonicalForwardedFor(header: string): string {
  const entries = header.split(",").filter((entry) => entry.trim() !== "");
  const addresses = entries.map(canonicalAddress);
  return addresses.slice(addresses.lastIndexOf(null) + 1).join(", ");
}

/**
 * The canonical text of an IP address (RFC 5952), or null for other text. Port, brackets and zone id (RFC 4007) are removed;
 * IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2) become IPv4.
 */
export function canonicalAddress(text: string): string | null {
  const trimmed = text.trim();
  const host = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(trimmed)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(trimmed)?.[1] ?? trimmed;
  const address = host.replace(/%.*$/, "");
  if (isIP(address) === 0) return null;
  if (!isIPv6(address)) return address;
  const { address: canonical } = new SocketAddress({ address, family: "ipv6" });
  return /^::ffff:([\d.]+)$/.exec(canonical)?.[1] ?? canonical;
}
