import type { FastifyReply, FastifyRequest } from "fastify";
import { GatewayError } from "../../platform/errors/index.js";
import { isLoopbackHost } from "../../platform/loopback.js";

/** Protects the development pages against DNS rebinding: requests for other host names are rejected. */
export function developmentHostGuard(publicUrl: string): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const publicHost = new URL(publicUrl).hostname;
  return async (request, reply) => {
    const host = request.hostname.replace(/:\d+$/, "");
    if (!isLoopbackHost(host) && host !== publicHost) throw new GatewayError("FORBIDDEN");
    void reply.header("Cache-Control", "no-store");
  };
}
