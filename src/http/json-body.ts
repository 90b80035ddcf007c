import { isUtf8 } from "node:buffer";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { GatewayError } from "../platform/errors/index.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Pages with a form; everything else takes JSON only. */
    acceptsForms?: boolean;
  }
}

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** JSON in UTF-8, uncompressed, and nothing else. @throws Refusal DOCUMENT_REFUSED with 415 or 400 */
export function acceptJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  // What has a name of its own is looked up once.
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
