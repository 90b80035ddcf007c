import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GatewayError } from "../platform/errors/index.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Set on routes with an HTML form; all other routes accept JSON only. */
    acceptsForms?: boolean;
  }
}

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Accepts only uncompressed JSON in UTF-8. @throws GatewayError DOCUMENT_REFUSED with status 415 or 400 */
export function acceptJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // Fastify caches the parser of a content type that is registered by name.
  server.addContentTypeParser(["application/json", "*"], { parseAs: "buffer" }, (_request, body, done) => {
    try {
      if (!isUtf8(body as Buffer)) throw new GatewayError("DOCUMENT_REFUSED");
      done(null, JSON.parse((body as Buffer).toString()));
    } catch {
      done(new GatewayError("DOCUMENT_REFUSED"));
    }
  });
  server.addHook("onRequest", (request, _reply, done) => {
    const isAcceptable = request.method !== "POST" || request.routeOptions.config.acceptsForms || isJson(request);
    done(isAcceptable ? undefined : new GatewayError("DOCUMENT_REFUSED", { status: 415 }));
  });
}

function isJson({ headers }: FastifyRequest): boolean {
  return JSON_TYPE.test(headers["content-type"] ?? "") && (headers["content-encoding"] ?? "identity") === "identity";
}
