import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import type { ClientInfo } from "../domain/request-context.js";
import { GatewayError, type Locale, pickLocale } from "../platform/errors/index.js";

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const credentialHeaders = new Set(["authorization", "x-app-key", "x-end-user-address"]);
const MAX_CREDENTIAL_LENGTH = 4096;

/** Where the request came from, as audit and throttling see it. `address` is given where a trusted caller names its user's. */
export function clientInfoOf(request: FastifyRequest, address: string = request.ip): ClientInfo {
  const userAgent = request.headers["user-agent"];
  return { address: canonicalAddress(address), userAgent: userAgent ? printable(userAgent) : null };
}

/** X-End-User-Address: whom an application's back end speaks for. @throws Refusal BAD_USER_INPUT when it is not an address */
export function endUserAddressOf(request: FastifyRequest): string | undefined {
  const header = request.headers["x-end-user-address"];
  if (header === undefined) return undefined;
  if (typeof header !== "string" || isIP(header.trim()) === 0) throw new GatewayError("BAD_USER_INPUT", { path: "x-end-user-address" });
  return header.trim();
}

/** Accept-Language tags, best first (RFC 9110 section 12.5.4); at most ten. */
export function languagesOf(request: FastifyRequest): string[] {
  const header = request.headers["accept-language"];
  if (!header) return [];
  const ranges = header
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const quality = parameters.map((parameter) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { tag: tag.trim(), quality: Number(quality ?? 1) };
    });
  return ranges
    .filter(({ tag, quality }) => /^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/.test(tag) && quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .slice(0, 10)
    .map(({ tag }) => tag);
}

export const localeOf = (request: FastifyRequest): Locale => pickLocale(languagesOf(request));

/** Refuses credentials given twice: Node keeps the first and drops the second without a word. @throws Refusal BAD_USER_INPUT */
export function requireSingleCredentials(request: FastifyRequest): void {
  const { rawHeaders } = request.raw;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (!credentialHeaders.has(name)) continue;
    if (seen.has(name)) throw new GatewayError("BAD_USER_INPUT", { path: name });
    seen.add(name);
  }
}

/** The bearer token of the request, unchecked; null without one. @throws Refusal UNAUTHENTICATED when the header is malformed */
export function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = header.length <= MAX_CREDENTIAL_LENGTH ? BEARER.exec(header)?.[1] : undefined;
  if (!token) throw new GatewayError("UNAUTHENTICATED");
  return token;
}

/** IPv4 mapped into IPv6 is the IPv4 address; the zone of a link-local address is dropped. */
function canonicalAddress(address: string): string {
  return address
    .toLowerCase()
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, "")
    .replace(/%.*$/, "");
}

const printable = (text: string) => text.replace(/[^\x20-\x7e]/g, "?").slice(0, 256);
