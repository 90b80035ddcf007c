import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Nouns } from "../app/services.js";
import type { Inbox, OutboxDispatcher } from "../domain/messaging/index.js";
import type { LinkJourney } from "../flows/index.js";
import { type EndpointContext, ErrorFormatter, managementLimits, type ResolverHost, userLimits } from "../graphql/index.js";
import { randomId } from "../platform/crypto/index.js";
import { Refusal } from "../platform/errors/index.js";
import { CrossOrigin } from "./cors.js";
import { Floods } from "./floods.js";
import { addGraphqlRoute } from "./graphql-route.js";
import { acceptJsonOnly } from "./json-body.js";
import { Metrics } from "./metrics.js";
import { ContextFactory } from "./request-context.js";
import { localeOf } from "./request-origin.js";
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

const USER_BODY_BYTES = 100_000;
const MANAGEMENT_BODY_BYTES = 1_000_000;
/** Milliseconds. */
const timeouts = { headers: 10_000, request: 15_000, keepAlive: 65_000 };

/** The environment variables that concern HTTP. */
export interface HttpEnvironment {
  readonly GATEWAY_MODE: "development" | "production";
  readonly PUBLIC_URL: string;
  readonly MANAGEMENT_ORIGINS: readonly string[];
  readonly TRUST_PROXY: readonly string[];
  readonly METRICS_TOKEN?: string | undefined;
}
export interface ServerParts {
  readonly environment: HttpEnvironment;
  readonly nouns: Nouns;
  readonly schemas: Schemas;
  readonly resolvers: ResolverHost["resolvers"];
  readonly linkJourneys: readonly LinkJourney[];
  readonly readiness: Readiness;
  readonly dispatcher: OutboxDispatcher;
  /** Present in development without a mail server. */
  readonly inbox: Inbox | null;
}

/** The whole HTTP surface; it is not listening yet. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { environment, nouns, schemas, readiness, inbox } = parts;
  const isDevelopment = environment.GATEWAY_MODE === "development";
  const metrics = new Metrics(nouns, parts.dispatcher);
  const errors = new ErrorFormatter(nouns.log, isDevelopment, (code) => metrics.countTrouble(code));
  const server = openServer(environment, errors);
  await addSecurityHeaders(server, isDevelopment);
  logRequests(server, nouns.log, metrics);
  acceptPathsOnly(server);
  acceptJsonOnly(server);
  answerErrors(server, errors);
  const crossOrigin = new CrossOrigin({
    publicOrigin: new URL(environment.PUBLIC_URL).origin,
    isDevelopment,
    managementOrigins: environment.MANAGEMENT_ORIGINS,
    directory: nouns.applicationDirectory,
  });
  const floods = new Floods(nouns.clock);
  const contexts = new ContextFactory(nouns, crossOrigin, parts.resolvers, floods);
  const common = {
    allowsIntrospection: isDevelopment,
    errors,
    beforeMutation: ({ origin }: EndpointContext) => floods.enterMutation(origin),
  };
  await addGraphqlRoute(server, {
    ...common,
    url: "/graphql",
    schema: schemas.authentication.schema,
    bodyLimit: USER_BODY_BYTES,
    argumentLimits: userLimits,
    createContext: (request, reply) => contexts.forAuthentication(request, reply),
    answerPreflight: (request, reply) => crossOrigin.answerAuthenticationPreflight(request, reply),
  });
  await addGraphqlRoute(server, {
    ...common,
    url: "/management/graphql",
    schema: schemas.management.schema,
    bodyLimit: MANAGEMENT_BODY_BYTES,
    argumentLimits: managementLimits,
    createContext: (request, reply) => contexts.forManagement(request, reply),
    answerPreflight: (request, reply) => crossOrigin.answerManagementPreflight(request, reply),
  });
  addKeyRoutes(server, nouns);
  addLinkPages(server, nouns, parts.linkJourneys, floods);
  addSchemaRoutes(server, schemas);
  addMetricsRoute(server, metrics, environment);
  await addPlaygroundRoutes(server, { nouns, isDevelopment, hasInbox: inbox !== null });
  addHealthRoutes(server, nouns.database, readiness);
  if (inbox) addInboxRoutes(server, inbox, environment.PUBLIC_URL);
  return server;
}

function openServer({ TRUST_PROXY }: HttpEnvironment, errors: ErrorFormatter): FastifyInstance {
  return Fastify({
    logger: false,
    genReqId: randomId,
    trustProxy: TRUST_PROXY.length > 0 ? [...TRUST_PROXY] : false,
    bodyLimit: USER_BODY_BYTES,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    http: { headersTimeout: timeouts.headers, connectionsCheckingInterval: 2_000 },
    return503OnClosing: false,
    frameworkErrors: (_error, request, reply) => {
      void sendRefusal(errors, new Refusal("DOCUMENT_REFUSED"), request as FastifyRequest, reply as unknown as FastifyReply);
    },
  });
}

/** One line a request: its path without the query, which could hold anything. */
function logRequests(server: FastifyInstance, log: Logger, metrics: Metrics): void {
  server.addHook("onResponse", (request, reply, done) => {
    const path = request.routeOptions.url ?? "(none)";
    const milliseconds = Math.round(reply.elapsedTime * 10) / 10;
    log.info({ requestId: request.id, method: request.method, path, status: reply.statusCode, milliseconds }, "request served");
    metrics.observeRequest(path, request.method, reply.statusCode, reply.elapsedTime / 1000);
    done();
  });
}

/** A target in the absolute form names a host of its own, which nothing here would look at. @throws Refusal DOCUMENT_REFUSED */
function acceptPathsOnly(server: FastifyInstance): void {
  server.addHook("onRequest", ({ raw }, _reply, done) => {
    done(raw.url?.startsWith("/") ? undefined : new Refusal("DOCUMENT_REFUSED"));
  });
}

function answerErrors(server: FastifyInstance, errors: ErrorFormatter): void {
  server.setErrorHandler(async (error: FastifyError, request, reply) => {
    const isHttp =
      !(error instanceof Refusal) && typeof error.code === "string" && error.code.startsWith("FST_") && (error.statusCode ?? 500) < 500;
    const refusal = isHttp ? new Refusal("DOCUMENT_REFUSED", { status: error.statusCode ?? 400 }) : errors.classify(error);
    await sendRefusal(errors, refusal, request, reply);
  });
  server.setNotFoundHandler(async (request, reply) => {
    const url = request.url.split("?")[0] ?? "";
    const allowed = (["GET", "HEAD", "POST", "OPTIONS"] as const).filter((method) => server.hasRoute({ method, url }));
    if (allowed.length > 0) void reply.header("Allow", allowed.join(", "));
    const refusal = allowed.length > 0 ? new Refusal("DOCUMENT_REFUSED", { status: 405 }) : new Refusal("FORBIDDEN", { status: 404 });
    await sendRefusal(errors, refusal, request, reply);
  });
}

async function sendRefusal(errors: ErrorFormatter, refusal: Refusal, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { status, details } = refusal;
  if (details.retryAfterSeconds !== undefined && (status === 429 || status === 503))
    void reply.header("Retry-After", String(details.retryAfterSeconds));
  if (status === 401) void reply.header("WWW-Authenticate", "Bearer");
  const body = { errors: [errors.present(refusal, { locale: localeOf(request), requestId: request.id })] };
  await reply.code(status).header("Cache-Control", "no-store").type("application/json; charset=utf-8").send(JSON.stringify(body));
}
