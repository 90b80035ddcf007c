import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type EndpointContext, type EndpointOptions, GraphqlEndpoint } from "../graphql/index.js";

declare module "fastify" {
  interface FastifyRequest {
    /** For the log. */
    operationName: string | undefined;
    /** For the log. */
    errorCode: string | undefined;
  }
}

export interface GraphqlRouteOptions extends EndpointOptions {
  readonly url: string;
  readonly bodyLimit: number;
  /** Performs all checks that precede validation of the document. @throws GatewayError */
  createContext(request: FastifyRequest, reply: FastifyReply): Promise<EndpointContext>;
  answerPreflight(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** One GraphQL API over HTTP: accepts POST with JSON only. */
export async function addGraphqlRoute(server: FastifyInstance, options: GraphqlRouteOptions): Promise<void> {
  const { url, bodyLimit, createContext, answerPreflight } = options;
  const endpoint = await GraphqlEndpoint.start(options);
  server.addHook("onClose", () => endpoint.stop());
  server.route({ method: "OPTIONS", url, handler: answerPreflight });
  server.route({
    method: "POST",
    url,
    bodyLimit,
    handler: async (request, reply) => {
      void reply.header("Cache-Control", "no-store");
      const context = await createContext(request, reply);
      const { status, retryAfter, operationName, errorCode, body } = await endpoint.execute(request.body, context);
      Object.assign(request, { operationName, errorCode });
      if (retryAfter) void reply.header("Retry-After", retryAfter);
      void reply.code(status).type("application/json; charset=utf-8");
      return body;
    },
  });
}
