import type { FastifyReply, FastifyRequest } from "fastify";
import type { Logger } from "pino";
import type { Application, ApplicationDirectory } from "../domain/applications/index.js";
import type { Clock } from "../platform/clock.js";
import { GatewayError } from "../platform/errors/index.js";
import { isLoopbackHost } from "../platform/loopback.js";
import { printable } from "./client-info.js";

const ALLOWED_HEADERS = "content-type, authorization, x-app-key, accept-language";
const PREFLIGHT_MAX_AGE_SECONDS = "600";
const LOG_INTERVAL_MS = 60_000;

interface CorsOptions {
  readonly publicOrigin: string;
  readonly isDevelopment: boolean;
  readonly managementOrigins: readonly string[];
  readonly directory: ApplicationDirectory;
  readonly clock: Clock;
  readonly log: Logger;
}
/** Where an origin would have to be listed to be allowed. */
type OriginSetting = "links.origins" | "MANAGEMENT_ORIGINS";

/** Decides which origins may call which API. Requests without Origin come from native apps and servers and are allowed. */
export class CorsPolicy {
  /** Time of the last log line about a disallowed origin, by application. */
  private readonly lastLogged = new Map<string, number>();

  constructor(private readonly options: CorsOptions) {}

  /**
   * A preflight does not carry the application key, so the origins of all active applications are allowed; the POST is checked separately.
   */
  async answerAuthenticationPreflight(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && (this.isOwnOrigin(origin) || (await this.options.directory.isOriginAllowed(origin)));
    if (origin !== undefined && !isAllowed) this.logDisallowed(origin, "links.origins");
    await answerPreflight(reply, isAllowed ? origin : undefined);
  }

  async answerManagementPreflight(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && this.isManagementOriginAllowed(origin);
    if (origin !== undefined && !isAllowed) this.logDisallowed(origin, "MANAGEMENT_ORIGINS");
    await answerPreflight(reply, isAllowed ? origin : undefined);
  }

  /** @throws GatewayError FORBIDDEN when the origin is not in this application's list */
  requireAuthenticationOrigin(request: FastifyRequest, reply: FastifyReply, application: Application): void {
    const { origin } = request.headers;
    void reply.header("Vary", "Origin");
    if (origin === undefined) return;
    if (!this.isOwnOrigin(origin) && !application.settings.links.origins.includes(origin))
      throw this.disallowed(origin, "links.origins", application.id);
    setCorsHeaders(reply, origin);
  }

  /** @throws GatewayError FORBIDDEN */
  requireManagementOrigin(request: FastifyRequest, reply: FastifyReply): void {
    const { origin } = request.headers;
    void reply.header("Vary", "Origin");
    if (origin === undefined) return;
    if (!this.isManagementOriginAllowed(origin) && !this.isSameHost(origin, request)) throw this.disallowed(origin, "MANAGEMENT_ORIGINS");
    setCorsHeaders(reply, origin);
  }

  private disallowed(origin: string, setting: OriginSetting, applicationId?: string): GatewayError {
    this.logDisallowed(origin, setting, applicationId);
    return new GatewayError("FORBIDDEN", { explanation: `The Origin of the request is not allowed: it is not in ${setting}.` });
  }

  /** At most once per minute and application. A preflight does not name its application. */
  private logDisallowed(origin: string, setting: OriginSetting, applicationId?: string): void {
    const { clock, log } = this.options;
    const now = clock.now().getTime();
    const key = `${setting} ${applicationId}`;
    if (now - (this.lastLogged.get(key) ?? 0) < LOG_INTERVAL_MS) return;
    this.lastLogged.set(key, now);
    log.warn(
      { applicationId, origin: printable(origin, 200), setting },
      "request of a disallowed origin rejected; the setting would allow it",
    );
  }

  private isManagementOriginAllowed(origin: string): boolean {
    return origin === this.options.publicOrigin || this.options.managementOrigins.includes(origin);
  }

  /** In development the gateway's own pages are served from localhost and from 127.0.0.1, independent of PUBLIC_URL. */
  private isSameHost(origin: string, request: FastifyRequest): boolean {
    return this.isOwnOrigin(origin) && new URL(origin).host === request.host;
  }

  /** The gateway's own origin, and in development every loopback origin. */
  private isOwnOrigin(origin: string): boolean {
    if (origin === this.options.publicOrigin) return true;
    return this.options.isDevelopment && /^https?:\/\//.test(origin) && URL.canParse(origin) && isLoopbackHost(new URL(origin).hostname);
  }
}

/** Allows pages of this origin to read the response. */
function setCorsHeaders(reply: FastifyReply, origin: string): void {
  void reply.header("Access-Control-Allow-Origin", origin).header("Access-Control-Expose-Headers", "Retry-After");
}

async function answerPreflight(reply: FastifyReply, origin: string | undefined): Promise<void> {
  void reply.header("Vary", "Origin");
  if (origin)
    void reply
      .header("Access-Control-Allow-Origin", origin)
      .header("Access-Control-Allow-Methods", "POST")
      .header("Access-Control-Allow-Headers", ALLOWED_HEADERS)
      .header("Access-Control-Max-Age", PREFLIGHT_MAX_AGE_SECONDS);
  await reply.code(204).send();
}
