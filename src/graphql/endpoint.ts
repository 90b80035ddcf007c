import { ApolloServer, type ApolloServerPlugin, type BaseContext, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { GraphQLError, type GraphQLSchema, OperationTypeNode } from "graphql";
import type { RequestContext } from "../domain/request-context.js";
import { GatewayError } from "../platform/errors/index.js";
import { type ArgumentLimits, checkArguments } from "./argument-limits.js";
import { documentLimits, limitDocuments, MAX_DOCUMENT_TOKENS } from "./document-limits.js";
import type { ErrorFormatter } from "./error-formatter.js";

export type EndpointContext = BaseContext & RequestContext;
interface Operation {
  readonly query: string;
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
}
export interface EndpointOptions {
  readonly schema: GraphQLSchema;
  readonly argumentLimits: ArgumentLimits;
  readonly allowsIntrospection: boolean;
  readonly errors: ErrorFormatter;
  /** Runs before each mutation. @throws GatewayError RATE_LIMITED */
  readonly beforeMutation: (context: EndpointContext) => void;
}
/** An HTTP response. `retryAfter` is the value of the Retry-After header, in seconds. */
export interface EndpointAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Name of the operation in the document, if it has one that fits a log line. */
  readonly operationName: string | undefined;
  /** Code of the first top-level error. */
  readonly errorCode: string | undefined;
  readonly body: string;
}

/** Passes the name of the operation from the plugin to `execute`; the header is not sent. */
const OPERATION_NAME = "operation-name";
/** An empty Accept header disables content negotiation in Apollo, so responses are never incremental (multipart). */
const http = { method: "POST", headers: new HeaderMap([["accept", ""]]), search: "", body: undefined };

/** One GraphQL API: accepts a parsed JSON body with one operation and returns an HTTP response. */
export class GraphqlEndpoint {
  private constructor(
    private readonly apollo: ApolloServer<EndpointContext>,
    private readonly argumentLimits: ArgumentLimits,
  ) {}

  static async start(options: EndpointOptions): Promise<GraphqlEndpoint> {
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
      parseOptions: { maxTokens: MAX_DOCUMENT_TOKENS },
      validationRules: [limitDocuments(documentLimits, options.allowsIntrospection)],
      formatError: options.errors.format,
      plugins: [
        ApolloServerPluginLandingPageDisabled(),
        ApolloServerPluginCacheControlDisabled(),
        ApolloServerPluginUsageReportingDisabled(),
        ApolloServerPluginSchemaReportingDisabled(),
        requestPlugin(options),
      ],
    });
    await apollo.start();
    return new GraphqlEndpoint(apollo, options.argumentLimits);
  }

  async stop(): Promise<void> {
    await this.apollo.stop();
  }

  /** @throws GatewayError DOCUMENT_REFUSED, BAD_USER_INPUT, PERSISTED_QUERY_NOT_SUPPORTED for requests rejected before execution */
  async execute(requestBody: unknown, contextValue: EndpointContext): Promise<EndpointAnswer> {
    const operation = requireOperation(requestBody);
    checkArguments(operation.variables, this.argumentLimits);
    const { http: head, body } = await this.apollo.executeOperation({ ...operation, http }, { contextValue });
    if (body.kind !== "single") throw new Error("Incremental delivery is not supported");
    const { errors, data, extensions } = body.singleResult;
    const text = JSON.stringify({ errors, data, extensions });
    const { headers, status = 200 } = head;
    return {
      ...{ status, retryAfter: headers.get("retry-after"), body: text },
      operationName: loggableName(headers.get(OPERATION_NAME)),
      errorCode: errors?.[0]?.extensions?.["code"] as string | undefined,
    };
  }
}

/** Longer or other names are not logged. */
const loggableName = (name: string | undefined) => (name !== undefined && /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name) ? name : undefined);

/** Applies the mutation rate limit, and records for the error formatter which request an error belongs to. */
function requestPlugin({ beforeMutation, errors, schema }: EndpointOptions): ApolloServerPlugin<EndpointContext> {
  return {
    requestDidStart: async () => ({
      didEncounterErrors: async ({ errors: encountered, contextValue: { locale, requestId } }) =>
        errors.assignScope(encountered, { locale, requestId: requestId ?? "", schema }),
      didResolveOperation: async ({ operation, operationName, contextValue, response }) => {
        if (operationName) response.http.headers.set(OPERATION_NAME, operationName);
        if (operation?.operation !== OperationTypeNode.MUTATION) return;
        try {
          beforeMutation(contextValue);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
          const { status, details } = error;
          response.http.headers.set("retry-after", String(details.retryAfterSeconds));
          throw new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
        }
      },
    }),
  };
}

/**
 * Requires a body with a single operation: no batch, no members of the wrong type. The hash of a persisted query is ignored beside its
 * document.
 * @throws GatewayError DOCUMENT_REFUSED, or PERSISTED_QUERY_NOT_SUPPORTED for a hash without a document
 */
function requireOperation(body: unknown): Operation {
  if (typeof body !== "object" || body === null || Array.isArray(body)) throw new GatewayError("DOCUMENT_REFUSED");
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const isObject = (value: unknown) => value === undefined || value === null || (typeof value === "object" && !Array.isArray(value));
  const isOperation =
    typeof query === "string" &&
    query.trim() !== "" &&
    isObject(variables) &&
    isObject(extensions) &&
    (operationName === undefined || operationName === null || typeof operationName === "string");
  const isHashOnly = (query ?? "") === "" && typeof extensions === "object" && extensions !== null && "persistedQuery" in extensions;
  if (isHashOnly) throw new GatewayError("PERSISTED_QUERY_NOT_SUPPORTED");
  if (!isOperation) throw new GatewayError("DOCUMENT_REFUSED");
  return { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) } as Operation;
}
