import type { FastifyReply, FastifyRequest } from "fastify";
import { GatewayError } from "../../platform/errors/index.js";
import { isLoopbackHost } from "../../platform/loopback.js";

/** Guards what only development shows: a foreign name that resolves to this machine (DNS rebinding) must not read it. */
export function developmentHostGuard(publicUrl: string): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const publicHost = new URL(publicUrl).hostname;
  return async (request, reply) => {
    const host = request.hostname.replace(/:\d+$/, "");
    if (!isLoopbackHost(host) && host !== publicHost) throw new GatewayError("FORBIDDEN");
    void reply.header("Cache-Control", "no-store");
  };
}
