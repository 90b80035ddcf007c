import DataLoader from "dataloader";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Services } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import type { ManagementContext, ManagementLoaders, ResolverRegistry } from "../graphql/index.js";
import { GatewayError } from "../platform/errors/index.js";
import { AuthenticationContext } from "./authentication-context.js";
import { bearerOf, clientInfoOf, endUserAddressOf, languagesOf, localeOf, requireSingleCredentials } from "./client-info.js";
import type { CorsPolicy } from "./cors.js";
import { explainCredential } from "./credential-explanations.js";
import type { RequestRateLimits } from "./request-rate-limits.js";

/** Creates resolver contexts, and rejects requests without a valid application key or from a disallowed origin. */
export class ContextFactory {
  constructor(
    private readonly services: Services,
    private readonly corsPolicy: CorsPolicy,
    private readonly resolvers: ResolverRegistry["resolvers"],
    private readonly rateLimits: RequestRateLimits,
  ) {}

  /** @throws GatewayError UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, RATE_LIMITED */
  async forAuthentication(request: FastifyRequest, reply: FastifyReply): Promise<AuthenticationContext> {
    const arrivedAt = this.services.clock.now();
    requireSingleCredentials(request);
    const appKey = request.headers["x-app-key"];
    const application = typeof appKey === "string" ? await this.services.applicationDirectory.findActiveByAppKey(appKey) : null;
    if (!application)
      throw new GatewayError("UNAUTHENTICATED", { explanation: explainCredential("appKey", typeof appKey === "string" ? appKey : null) });
    this.corsPolicy.requireAuthenticationOrigin(request, reply, application);
    const bearer = bearerOf(request);
    const endUserAddress = endUserAddressOf(request);
    const address = endUserAddress !== undefined && (await this.isBackEnd(application, bearer)) ? endUserAddress : undefined;
    const client = clientInfoOf(request, address);
    this.rateLimits.consume(client);
    return new AuthenticationContext(
      this.services,
      this.resolvers,
      application,
      bearer,
      client,
      request.id,
      arrivedAt,
      languagesOf(request),
    );
  }

  /** @throws GatewayError UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, RATE_LIMITED */
  async forManagement(request: FastifyRequest, reply: FastifyReply): Promise<ManagementContext & ResolverRegistry> {
    requireSingleCredentials(request);
    this.corsPolicy.requireManagementOrigin(request, reply);
    const bearer = bearerOf(request);
    const client = clientInfoOf(request);
    this.rateLimits.consume(client);
    const base = { client, locale: localeOf(request), requestId: request.id, arrivedAt: null };
    let authenticating: Promise<Application> | undefined;
    const authenticate = () => {
      authenticating ??= this.authenticateManagement(bearer);
      return authenticating;
    };
    const loaders = new Map<string, ManagementLoaders>();
    return {
      ...base,
      actor: { kind: "UNAUTHENTICATED" },
      application: null,
      resolvers: this.resolvers,
      authenticate,
      requireApplication: async (id) => {
        const application = await authenticate();
        if (application.id !== id) throw new GatewayError("FORBIDDEN");
        return { ...base, actor: { kind: "BACK_END" }, application };
      },
      loadersOf: (applicationId) => {
        const applicationLoaders = loaders.get(applicationId) ?? this.createLoaders(applicationId);
        loaders.set(applicationId, applicationLoaders);
        return applicationLoaders;
      },
    };
  }

  private async authenticateManagement(bearer: string | null): Promise<Application> {
    const application = bearer === null ? null : await this.services.applicationDirectory.findActiveBySecretKey(bearer);
    if (!application) throw new GatewayError("UNAUTHENTICATED", { explanation: explainCredential("secretKey", bearer) });
    return application;
  }

  private createLoaders(applicationId: string): ManagementLoaders {
    const { users, sessions, secondFactors } = this.services;
    return {
      userById: new DataLoader((ids) => users.findByIds(applicationId, ids)),
      secondFactorsOfUser: new DataLoader((userIds) => secondFactors.listByUsers(applicationId, userIds)),
      sessionsOfUser: new DataLoader((userIds) => sessions.listByUsers(applicationId, userIds)),
    };
  }

  /** Only the application's own back end may supply the address of an end user. */
  private async isBackEnd({ id }: Application, bearer: string | null): Promise<boolean> {
    return bearer !== null && (await this.services.applicationDirectory.findActiveBySecretKey(bearer))?.id === id;
  }
}
