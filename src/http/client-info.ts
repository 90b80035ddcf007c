import type { FastifyRequest } from "fastify";
import type { ClientInfo } from "../domain/request-context.js";
import { GatewayError, type Locale, pickLocale } from "../platform/errors/index.js";
import { canonicalAddress } from "./client-address.js";

const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;
const credentialHeaders = new Set(["authorization", "x-app-key", "x-end-user-address"]);
const MAX_CREDENTIAL_LENGTH = 4096;

/** The client as audit and rate limiting record it. `address` is set when a trusted caller supplies its user's address. */
export function clientInfoOf(request: FastifyRequest, address = request.clientAddress): ClientInfo {
  const userAgent = request.headers["user-agent"];
  const { socket } = request.raw;
  return { address, userAgent: userAgent ? printable(userAgent, 256) : null, hasDisconnected: () => socket.destroyed };
}

/**
 * X-End-User-Address: address of the end user for whom an application's back end makes the request.
 * @throws GatewayError BAD_USER_INPUT when it is not an IP address
 */
export function endUserAddressOf(request: FastifyRequest): string | undefined {
  const header = request.headers["x-end-user-address"];
  if (header === undefined) return undefined;
  const address = typeof header === "string" ? canonicalAddress(header) : null;
  if (address === null)
    throw new GatewayError("BAD_USER_INPUT", {
      path: "x-end-user-address",
      explanation: "The header X-End-User-Address must be an IP address.",
    });
  return address;
}

/** Accept-Language tags, highest preference first (RFC 9110 section 12.5.4); at most ten. */
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

/** Rejects duplicate credential headers, because Node silently drops all but the first. @throws GatewayError BAD_USER_INPUT */
export function requireSingleCredentials(request: FastifyRequest): void {
  const { rawHeaders } = request.raw;
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? "";
    if (!credentialHeaders.has(name)) continue;
    if (seen.has(name)) throw new GatewayError("BAD_USER_INPUT", { path: name, explanation: `The header ${name} must not be repeated.` });
    seen.add(name);
  }
}

/** The bearer token of the request, not verified; null without one. @throws GatewayError UNAUTHENTICATED when the header is malformed */
export function bearerOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization;
  if (header === undefined) return null;
  const token = header.length <= MAX_CREDENTIAL_LENGTH ? BEARER.exec(header)?.[1] : undefined;
  if (!token) throw new GatewayError("UNAUTHENTICATED", { explanation: "The header Authorization must have the form: Bearer TOKEN." });
  return token;
}

/** Text of a client for logs and audit: printable ASCII. */
export const printable = (text: string, maxLength: number): string => text.slice(0, maxLength).replace(/[^\x20-\x7e]/g, "?");
