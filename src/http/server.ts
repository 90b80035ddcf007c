import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Services } from "../app/services.js";
import type { Inbox, OutboxDispatcher } from "../domain/messaging/index.js";
import type { LinkFlow } from "../flows/index.js";
import { authenticationLimits, type EndpointContext, ErrorFormatter, managementLimits, type ResolverRegistry } from "../graphql/index.js";
import { randomId } from "../platform/crypto/index.js";
import { GatewayError } from "../platform/errors/index.js";
import { readClientAddresses } from "./client-address.js";
import { localeOf } from "./client-info.js";
import { ContextFactory } from "./context-factory.js";
import { CorsPolicy } from "./cors.js";
import { addGraphqlRoute } from "./graphql-route.js";
import { acceptJsonOnly } from "./json-body.js";
import { Metrics } from "./metrics.js";
import { answerInTime, WRITE_DEADLINE_MS } from "./request-deadline.js";
import { RequestRateLimits } from "./request-rate-limits.js";
import {
  addHealthRoutes,
  addInboxRoutes,
  addKeyRoutes,
  addLinkPages,
  addMetricsRoute,
  addPlaygroundRoutes,
  addSchemaRoutes,
  type Readiness,
} from "./routes/index.js";
import type { Schemas } from "./routes/schema.js";
import { addSecurityHeaders } from "./security-headers.js";

const MAX_AUTHENTICATION_BODY_BYTES = 100_000;
const MAX_MANAGEMENT_BODY_BYTES = 1_000_000;
const timeoutsMs = { headers: 10_000, request: 15_000, keepAlive: 65_000 };

/** The environment variables that concern HTTP. */
export interface HttpEnvironment {
  readonly GATEWAY_MODE: "development" | "production";
  readonly PUBLIC_URL: string;
  readonly MANAGEMENT_ORIGINS: readonly string[];
  readonly TRUST_PROXY: readonly string[];
  readonly METRICS_TOKEN?: string | undefined;
}
export interface ServerDependencies {
  readonly environment: HttpEnvironment;
  readonly services: Services;
  readonly schemas: Schemas;
  readonly resolvers: ResolverRegistry["resolvers"];
  readonly linkFlows: readonly LinkFlow[];
  readonly readiness: Readiness;
  readonly dispatcher: OutboxDispatcher;
  /** Null outside of development. */
  readonly inbox: Inbox | null;
}

/** Creates the HTTP server with all routes; it is not listening yet. */
export async function createServer(dependencies: ServerDependencies): Promise<FastifyInstance> {
  const { environment, services, schemas, readiness, inbox } = dependencies;
  const isDevelopment = environment.GATEWAY_MODE === "development";
  const metrics = new Metrics(services, dependencies.dispatcher);
  const errors = new ErrorFormatter(services.log, isDevelopment, (code) => metrics.countError(code));
  const server = createFastify(environment, errors);
  readClientAddresses(server);
  await addSecurityHeaders(server, isDevelopment);
  logRequests(server, services.log, metrics);
  acceptOriginFormOnly(server);
  acceptJsonOnly(server);
  handleErrors(server, errors);
  answerInTime(server, async (error, request, reply) => {
    services.log.warn({ requestId: request.id, path: request.routeOptions.url }, "request took too long");
    metrics.countError("UNAVAILABLE");
    await sendError(errors, error, request, reply);
  });
  const corsPolicy = new CorsPolicy({
    publicOrigin: new URL(environment.PUBLIC_URL).origin,
    isDevelopment,
    managementOrigins: environment.MANAGEMENT_ORIGINS,
    directory: services.applicationDirectory,
    clock: services.clock,
    log: services.log,
  });
  const rateLimits = new RequestRateLimits(services.clock);
  const contexts = new ContextFactory(services, corsPolicy, dependencies.resolvers, rateLimits);
  const common = {
    allowsIntrospection: isDevelopment,
    errors,
    beforeMutation: ({ client: origin }: EndpointContext) => rateLimits.consumeMutation(origin),
    runMutation: <T>(arrivedAt: number, work: () => Promise<T>) => services.database.withDeadline(arrivedAt + WRITE_DEADLINE_MS, work),
  };
  await addGraphqlRoute(server, {
    ...common,
    url: "/graphql",
    schema: schemas.authentication.schema,
    bodyLimit: MAX_AUTHENTICATION_BODY_BYTES,
    argumentLimits: authenticationLimits,
    createContext: (request, reply) => contexts.forAuthentication(request, reply),
    answerPreflight: (request, reply) => corsPolicy.answerAuthenticationPreflight(request, reply),
  });
  await addGraphqlRoute(server, {
    ...common,
    url: "/management/graphql",
    schema: schemas.management.schema,
    bodyLimit: MAX_MANAGEMENT_BODY_BYTES,
    argumentLimits: managementLimits,
    createContext: (request, reply) => contexts.forManagement(request, reply),
    answerPreflight: (request, reply) => corsPolicy.answerManagementPreflight(request, reply),
  });
  addKeyRoutes(server, services);
  addLinkPages(server, services, dependencies.linkFlows, rateLimits);
  addSchemaRoutes(server, schemas);
  addMetricsRoute(server, metrics, environment);
  await addPlaygroundRoutes(server, { services, isDevelopment, hasInbox: inbox !== null });
  addHealthRoutes(server, services.database, readiness);
  if (inbox) addInboxRoutes(server, inbox, environment.PUBLIC_URL);
  return server;
}

function createFastify({ TRUST_PROXY, PUBLIC_URL }: HttpEnvironment, errors: ErrorFormatter): FastifyInstance {
  return Fastify({
    logger: false,
    genReqId: randomId,
    rewriteUrl: ({ url = "" }) => withoutPrefix(url, new URL(PUBLIC_URL).pathname.replace(/\/+$/, "")),
    trustProxy: TRUST_PROXY.length > 0 ? [...TRUST_PROXY] : false,
    bodyLimit: MAX_AUTHENTICATION_BODY_BYTES,
    requestTimeout: timeoutsMs.request,
    keepAliveTimeout: timeoutsMs.keepAlive,
    http: { headersTimeout: timeoutsMs.headers, connectionsCheckingInterval: 2_000 },
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      void sendError(errors, new GatewayError("DOCUMENT_REFUSED"), request as FastifyRequest, reply as unknown as FastifyReply);
    },
  });
}

/** Routes are the same whether a proxy removes the path prefix of PUBLIC_URL or keeps it. */
function withoutPrefix(url: string, prefix: string): string {
  return prefix !== "" && url.startsWith(`${prefix}/`) ? url.slice(prefix.length) : url;
}

/**
 * Logs one line per request, for GraphQL with the name of the operation and the code of the first error. The query is omitted, because it
 * can contain secrets or personal data. Names of operations are chosen by clients, so they are no label of metrics.
 */
function logRequests(server: FastifyInstance, log: Logger, metrics: Metrics): void {
  server.decorateRequest("operationName", undefined);
  server.decorateRequest("errorCode", undefined);
  server.addHook("onResponse", (request, reply, done) => {
    const path = request.routeOptions.url ?? "(none)";
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    const { id: requestId, method, operationName: operation, errorCode: code } = request;
    log.info({ requestId, method, path, status: reply.statusCode, milliseconds, operation, code }, "request served");
    metrics.observeRequest(path, request.method, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

/**
 * Rejects targets in absolute form, whose host would not be checked (RFC 9112 section 3.2.2).
 * @throws GatewayError DOCUMENT_REFUSED
 */
function acceptOriginFormOnly(server: FastifyInstance): void {
  server.addHook("onRequest", ({ raw }, _reply, done) => {
    done(raw.url?.startsWith("/") ? undefined : new GatewayError("DOCUMENT_REFUSED"));
  });
}

function handleErrors(server: FastifyInstance, errors: ErrorFormatter): void {
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    const isFastifyError =
      !(error instanceof GatewayError) &&
      typeof error.code === "string" &&
      error.code.startsWith("FST_") &&
      (error.statusCode ?? 500) < 500;
    // A client that hung up within the body: nobody receives the answer, and nothing is wrong here.
    const isIncomplete = request.raw.destroyed && !request.raw.complete;
    const gatewayError =
      isFastifyError || isIncomplete
        ? new GatewayError("DOCUMENT_REFUSED", { status: (isFastifyError && error.statusCode) || 400 })
        : errors.toGatewayError(error);
    await sendError(errors, gatewayError, request, reply);
  });
  server.setNotFoundHandler(async (request, reply) => {
    const url = request.url.split("?")[0] ?? "";
    const allowedMethods = (["GET", "HEAD", "POST", "OPTIONS"] as const).filter((method) => server.hasRoute({ method, url }));
    if (allowedMethods.length > 0) void reply.header("Allow", allowedMethods.join(", "));
    const gatewayError =
      allowedMethods.length > 0 ? new GatewayError("DOCUMENT_REFUSED", { status: 405 }) : new GatewayError("FORBIDDEN", { status: 404 });
    await sendError(errors, gatewayError, request, reply);
  });
}

async function sendError(errors: ErrorFormatter, gatewayError: GatewayError, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { status, details, code } = gatewayError;
  request.errorCode = code;
  if (details.retryAfterSeconds !== undefined && (status === 429 || status === 503))
    void reply.header("Retry-After", String(details.retryAfterSeconds));
  if (status === 401) void reply.header("WWW-Authenticate", "Bearer");
  const body = { errors: [errors.toGraphqlError(gatewayError, { locale: localeOf(request), requestId: request.id })] };
  await reply.code(status).header("Cache-Control", "no-store").type("application/json; charset=utf-8").send(JSON.stringify(body));
}
