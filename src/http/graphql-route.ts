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
  /** Runs a document that contains a mutation; `arrivedAt` is an instant of `performance.now()`. */
  runMutation<T>(arrivedAt: number, work: () => Promise<T>): Promise<T>;
  answerPreflight(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** One GraphQL API over HTTP: accepts POST with JSON only. */
export async function addGraphqlRoute(server: FastifyInstance, options: GraphqlRouteOptions): Promise<void> {
  const { url, bodyLimit, createContext, runMutation, answerPreflight } = options;
  const endpoint = await GraphqlEndpoint.start(options);
  server.addHook("onClose", () => endpoint.stop());
  server.route({ method: "OPTIONS", url, handler: answerPreflight });
  server.route({
    method: "POST",
    url,
    bodyLimit,
    handler: async (request, reply) => {
      const arrivedAt = performance.now();
      void reply.header("Cache-Control", "no-store");
      const context = await createContext(request, reply);
      const execute = () => endpoint.execute(request.body, context);
      const outcome = await (mayBeMutation(request.body) ? runMutation(arrivedAt, execute) : execute());
      const { status, retryAfter, operationName, errorCode, body } = outcome;
      Object.assign(request, { operationName, errorCode });
      if (retryAfter) void reply.header("Retry-After", retryAfter);
      void reply.code(status).type("application/json; charset=utf-8");
      return body;
    },
  });
}

/** False only for documents without a mutation: the keyword cannot be written in another way. */
const mayBeMutation = (body: unknown) => /\bmutation\b/.test(String((body as { query?: unknown } | null)?.query));
