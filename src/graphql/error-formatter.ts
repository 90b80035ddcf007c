import { type GraphQLError, GraphQLError as GraphQLErrorClass, type GraphQLFormattedError, type GraphQLSchema } from "graphql";
import type { Logger } from "pino";
import { randomId } from "../platform/crypto/index.js";
import { isDatabaseUnavailable } from "../platform/database/index.js";
import { errorMessageFor, GatewayError, type Locale } from "../platform/errors/index.js";
import { describeCoercionError } from "./coercion-errors.js";

/** Properties of the request that the formatter needs. */
interface ErrorScope {
  readonly locale: Locale;
  readonly requestId: string;
  /** Null outside of GraphQL. */
  readonly schema?: GraphQLSchema;
}

const documentCodes = new Set(["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "OPERATION_RESOLUTION_FAILURE", "BAD_REQUEST"]);
/** Validation messages that contain schema names only. Other messages repeat submitted values. */
const schemaOnlyMessages =
  /^(Cannot query field|Unknown (argument|type|fragment)|Field "[^"]*" (argument|of type|must)|Variable "\$\w+" is)|^The (document exceeds|schema does not support)/;

/** Formats every error of a response as a code of the catalogue and a message without submitted values. */
export class ErrorFormatter {
  private readonly scopes = new WeakMap<GraphQLError, ErrorScope>();

  constructor(
    private readonly log: Logger,
    private readonly isDevelopment: boolean,
    private readonly onServerError: (code: "UNAVAILABLE" | "INTERNAL_SERVER_ERROR") => void = () => {},
  ) {}

  /** Converts a thrown value to a GatewayError. Unexpected errors are logged under a random id when they are formatted. */
  toGatewayError(error: unknown): GatewayError {
    if (error instanceof GatewayError) {
      if (error.cause !== undefined) this.log.warn({ err: error.cause, code: error.code }, "request rejected");
      return error;
    }
    if (isDatabaseUnavailable(error)) {
      this.log.error({ err: toLoggableError(error) }, "database unavailable");
      this.onServerError("UNAVAILABLE");
      return new GatewayError("UNAVAILABLE", { retryAfterSeconds: 2 });
    }
    return new GatewayError("INTERNAL_SERVER_ERROR", { cause: error });
  }

  /** Formats a GatewayError as an entry of GraphQL's `errors`. */
  toGraphqlError(gatewayError: GatewayError, { locale, requestId }: ErrorScope): GraphQLFormattedError {
    const { code, details } = gatewayError;
    const extensions: Record<string, unknown> = { code };
    if (details.path !== undefined) extensions["path"] = details.path;
    if (details.retryAfterSeconds !== undefined) extensions["retryAfterSeconds"] = details.retryAfterSeconds;
    if (code === "INTERNAL_SERVER_ERROR") {
      const id = randomId();
      this.onServerError("INTERNAL_SERVER_ERROR");
      extensions["id"] = id;
      this.log.error({ id, requestId, err: toLoggableError(details.cause) }, "unexpected error");
    }
    const message = details.message ?? errorMessageFor(code, locale);
    const isExplained = details.explanation !== undefined && (code !== "UNAUTHENTICATED" || this.isDevelopment);
    return { message: isExplained ? `${message} ${details.explanation}` : message, extensions };
  }

  /** Records the request that the errors belong to, because Apollo's formatError does not receive it. */
  assignScope(errors: readonly GraphQLError[], scope: ErrorScope): void {
    for (const error of errors) this.scopes.set(error, scope);
  }

  /** Apollo's formatError: formats errors of parsing, validation, coercion and resolvers. */
  format = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const scope = this.scopes.get(error as GraphQLError) ?? { locale: "en", requestId: "" };
    const apolloCode = String(formatted.extensions?.["code"] ?? "");
    const original = error instanceof GraphQLErrorClass ? (error as GraphQLError).originalError : error;
    if (original === undefined || original === null || original instanceof GraphQLErrorClass || !isGatewayError(original)) {
      const gatewayError = this.fromApolloError(apolloCode, error as GraphQLError, scope);
      if (gatewayError)
        return { ...this.toGraphqlError(gatewayError, scope), ...(formatted.locations ? { locations: formatted.locations } : {}) };
    }
    return { ...this.toGraphqlError(this.toGatewayError(original ?? error), scope), ...(formatted.path ? { path: formatted.path } : {}) };
  };

  private fromApolloError(code: string, error: GraphQLError, { schema }: ErrorScope): GatewayError | undefined {
    const { message } = error;
    if (documentCodes.has(code)) {
      const isShown = this.isDevelopment && schemaOnlyMessages.test(message);
      return new GatewayError("DOCUMENT_REFUSED", isShown ? { message: message.slice(0, 300) } : {});
    }
    if (code !== "BAD_USER_INPUT") return undefined;
    return new GatewayError("BAD_USER_INPUT", schema ? describeCoercionError(error, schema) : {});
  }
}

const isGatewayError = (error: unknown) => error instanceof GatewayError;

/** Driver errors contain SQL and parameters, which must not be logged. */
function toLoggableError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const isDriver = "query" in error || "sql" in error || "parameters" in error;
  const code = (error as { code?: unknown }).code;
  return isDriver ? { name, code, stack: stack?.split("\n").slice(1).join("\n") } : { name, message, code, stack };
}
