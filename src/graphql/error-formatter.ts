import { type GraphQLError, GraphQLError as GraphQLErrorClass, type GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";
import { randomId } from "../platform/crypto/index.js";
import { isDatabaseUnavailable } from "../platform/database/index.js";
import { type Locale, Refusal, sentenceFor } from "../platform/errors/index.js";

/** What the formatter knows about the request whose error it formats. */
interface RequestScope {
  readonly locale: Locale;
  readonly requestId: string;
}

const documentCodes = new Set(["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "OPERATION_RESOLUTION_FAILURE", "BAD_REQUEST"]);
/** Validation messages that name parts of the schema only. Others repeat submitted values. */
const harmless =
  /^(Cannot query field|Unknown (argument|type|fragment)|Field "[^"]*" (argument|of type|must)|Variable "\$\w+" is)|^The (document exceeds|schema has)/;
const COERCION_PATH = /at "([\w.[\]]{1,200})"/;

/** The only exit for errors: every one becomes a code of the catalogue, a sentence, and nothing that was submitted. */
export class ErrorFormatter {
  private readonly scopes = new WeakMap<GraphQLError, RequestScope>();

  constructor(
    private readonly log: Logger,
    private readonly showsDocumentErrors: boolean,
    private readonly onTrouble: (code: "UNAVAILABLE" | "INTERNAL_SERVER_ERROR") => void = () => {},
  ) {}

  /** Turns whatever was thrown into the refusal a client sees; what nobody expected is logged under a random id. */
  classify(error: unknown): Refusal {
    if (error instanceof Refusal) {
      if (error.cause !== undefined) this.log.warn({ err: error.cause, code: error.code }, "request refused");
      return error;
    }
    if (isDatabaseUnavailable(error)) {
      this.log.error({ err: describe(error) }, "the database is unavailable");
      this.onTrouble("UNAVAILABLE");
      return new Refusal("UNAVAILABLE", { retryAfterSeconds: 2 });
    }
    return new Refusal("INTERNAL_SERVER_ERROR", { cause: error });
  }

  /** A refusal as GraphQL's `errors` entry. */
  present(refusal: Refusal, { locale, requestId }: RequestScope): GraphQLFormattedError {
    const { code, details } = refusal;
    const extensions: Record<string, unknown> = { code };
    if (details.path !== undefined) extensions["path"] = details.path;
    if (details.retryAfterSeconds !== undefined) extensions["retryAfterSeconds"] = details.retryAfterSeconds;
    if (code === "INTERNAL_SERVER_ERROR") {
      const id = randomId();
      this.onTrouble("INTERNAL_SERVER_ERROR");
      extensions["id"] = id;
      this.log.error({ id, requestId, err: describe(details.cause) }, "unexpected error");
    }
    return { message: details.message ?? sentenceFor(code, locale), extensions };
  }

  /** Notes whose errors these are: Apollo formats them without saying for which request. */
  noteScope(errors: readonly GraphQLError[], scope: RequestScope): void {
    for (const error of errors) this.scopes.set(error, scope);
  }

  /** For Apollo: formats what parsing, validation, coercion and resolvers throw. */
  format = (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const scope = this.scopes.get(error as GraphQLError) ?? { locale: "en", requestId: "" };
    const apolloCode = String(formatted.extensions?.["code"] ?? "");
    const original = error instanceof GraphQLErrorClass ? (error as GraphQLError).originalError : error;
    if (original === undefined || original === null || original instanceof GraphQLErrorClass || !isOurs(original)) {
      const refusal = this.refusalOfApollo(apolloCode, formatted.message);
      if (refusal) return { ...this.present(refusal, scope), ...(formatted.locations ? { locations: formatted.locations } : {}) };
    }
    return { ...this.present(this.classify(original ?? error), scope), ...(formatted.path ? { path: formatted.path } : {}) };
  };

  private refusalOfApollo(code: string, message: string): Refusal | undefined {
    if (documentCodes.has(code)) {
      const isShown = this.showsDocumentErrors && harmless.test(message);
      return new Refusal("DOCUMENT_REFUSED", isShown ? { message: message.slice(0, 300) } : {});
    }
    if (code !== "BAD_USER_INPUT") return undefined;
    const path = COERCION_PATH.exec(message)?.[1] ?? /^Variable "\$(\w{1,64})"/.exec(message)?.[1];
    return new Refusal("BAD_USER_INPUT", path ? { path } : {});
  }
}

const isOurs = (error: unknown) => error instanceof Refusal;

/** An error for the log: driver errors carry SQL and parameters, which must not be written. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const isDriver = "query" in error || "sql" in error || "parameters" in error;
  const code = (error as { code?: unknown }).code;
  return isDriver ? { name, code, stack: stack?.split("\n").slice(1).join("\n") } : { name, message, code, stack };
}
