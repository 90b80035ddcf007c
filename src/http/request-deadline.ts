import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GatewayError } from "../platform/errors/index.js";

/** From the arrival of a complete request: it begins no write later than this. The rest is for a statement that waits for a lock. */
export const WRITE_DEADLINE_MS = 8000;
/** Whatever a request waits for, it is answered within ten seconds, delays of the network included. */
const ANSWER_DEADLINE_MS = 9500;

/** Answers UNAVAILABLE when a handler takes too long; what it returns later is discarded. */
export function answerInTime(
  server: FastifyInstance,
  sendError: (error: GatewayError, request: FastifyRequest, reply: FastifyReply) => Promise<void>,
): void {
  server.addHook("preHandler", (request, reply, done) => {
    const timer = setTimeout(() => {
      if (!reply.raw.headersSent) void sendError(new GatewayError("UNAVAILABLE", { retryAfterSeconds: 2 }), request, reply);
    }, ANSWER_DEADLINE_MS);
    reply.raw.once("close", () => clearTimeout(timer));
    done();
  });
}
