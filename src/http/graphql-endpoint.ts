import { ApolloServer, type ApolloServerPlugin, type BaseContext, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from "graphql";
import type { RequestOrigin } from "../audit/index.js";
import { type Locale, Refusal } from "../errors/index.js";
import { type ArgumentLimits, checkArguments } from "./argument-limits.js";
import { documentLimits, limitDocuments, MAXIMUM_TOKENS } from "./document-limits.js";
import type { ErrorFormatter } from "./error-format.js";
import type { Floods } from "./floods.js";

export interface EndpointContext extends BaseContext {
  readonly origin: RequestOrigin;
  readonly locale: Locale;
}
interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}
export interface EndpointOptions {
  readonly url: string;
  readonly schema: GraphQLSchema;
  readonly bodyLimit: number;
  readonly argumentLimits: ArgumentLimits;
  readonly allowsIntrospection: boolean;
  readonly errors: ErrorFormatter;
  readonly floods: Floods;
  /** Everything that is refused before a document is looked at. @throws Refusal */
  createContext(request: FastifyRequest, reply: FastifyReply): Promise<EndpointContext>;
  answerPreflight(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/** Answers never come in parts: with an empty Accept Apollo need not find out how the client would like them. */
const http = { method: "POST", headers: new HeaderMap([["accept", ""]]), search: "", body: undefined };

/** One GraphQL API over HTTP: POST and JSON only, one operation a request. */
export async function addGraphqlEndpoint(server: FastifyInstance, options: EndpointOptions): Promise<void> {
  const apollo = new ApolloServer<EndpointContext>({
    schema: options.schema,
    introspection: options.allowsIntrospection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: !options.allowsIntrospection,
    stopOnTerminationSignals: false,
    nodeEnv: "production",
    parseOptions: { maxTokens: MAXIMUM_TOKENS },
    validationRules: [limitDocuments(documentLimits, options.allowsIntrospection)],
    formatError: options.errors.format,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      watchRequests(options),
    ],
  });
  await apollo.start();
  server.addHook("onClose", () => apollo.stop());
  server.route({
    method: "OPTIONS",
    url: options.url,
    handler: (request, reply) => options.answerPreflight(request, reply),
  });
  server.route({
    method: "POST",
    url: options.url,
    bodyLimit: options.bodyLimit,
    handler: async (request, reply) => {
      void reply.header("Cache-Control", "no-store");
      const context = await options.createContext(request, reply);
      const operation = requireOperation(request.body);
      checkArguments(operation.variables, options.argumentLimits);
      const { http: head, body } = await apollo.executeOperation({ ...operation, http }, { contextValue: context });
      if (body.kind !== "single") throw new Error("No operation here answers in parts");
      const retryAfter = head.headers.get("retry-after");
      if (retryAfter) void reply.header("Retry-After", retryAfter);
      void reply.code(head.status ?? 200).type("application/json; charset=utf-8");
      const { errors, data, extensions } = body.singleResult;
      return JSON.stringify({ errors, data, extensions });
    },
  });
}

/** One mutation is one attempt at something: they have a budget of their own. Errors are told whose they are. */
function watchRequests({ floods, errors }: EndpointOptions): ApolloServerPlugin<EndpointContext> {
  return {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors: found, contextValue: { locale, origin } }) =>
        errors.noteScope(found, { locale, requestId: origin.requestId }),
      didResolveOperation: async ({ operation, contextValue, response }) => {
        if (operation?.operation !== OperationTypeNode.MUTATION) return;
        try {
          floods.enterMutation(contextValue.origin);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const { status, details } = error;
          response.http.headers.set("retry-after", String(details.retryAfterSeconds));
          throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
        }
      },
    }),
  };
}

/** A body that is one operation: no batch, no persisted query, no parts of the wrong type. @throws Refusal DOCUMENT_REFUSED */
function requireOperation(body: unknown): Operation {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new Refusal("DOCUMENT_REFUSED");
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const isObject = (value: unknown) => value === undefined || value === null || (typeof value === "object" && !Array.isArray(value));
  const isOperation =
    typeof query === "string" &&
    query.trim() !== "" &&
    isObject(variables) &&
    isObject(extensions) &&
    (operationName === undefined || operationName === null || typeof operationName === "string") &&
    !(typeof extensions === "object" && extensions !== null && "persistedQuery" in extensions);
  if (!isOperation) throw new Refusal("DOCUMENT_REFUSED");
  return { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) } as Operation;
}
