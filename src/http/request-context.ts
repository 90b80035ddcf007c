import DataLoader from "dataloader";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Nouns } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import type { ManagementContext, ManagementLoaders, ResolverHost } from "../graphql/index.js";
import { Refusal } from "../platform/errors/index.js";
import { AuthenticationContext } from "./authentication-context.js";
import type { CrossOrigin } from "./cors.js";
import type { Floods } from "./floods.js";
import { bearerOf, endUserAddressOf, languagesOf, localeOf, originOf, requireSingleCredentials } from "./request-origin.js";

/** Makes what resolvers know about a request, and refuses requests that name no application or come from a foreign page. */
export class ContextFactory {
  constructor(
    private readonly nouns: Nouns,
    private readonly crossOrigin: CrossOrigin,
    private readonly resolvers: ResolverHost["resolvers"],
    private readonly floods: Floods,
  ) {}

  /** @throws Refusal UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT */
  async forAuthentication(request: FastifyRequest, reply: FastifyReply): Promise<AuthenticationContext> {
    requireSingleCredentials(request);
    const appKey = request.headers["x-app-key"];
    const application = typeof appKey === "string" ? await this.nouns.applicationDirectory.findActiveByAppKey(appKey) : null;
    if (!application) throw new Refusal("UNAUTHENTICATED");
    this.crossOrigin.requireAuthenticationOrigin(request, reply, application);
    const bearer = bearerOf(request);
    const named = endUserAddressOf(request);
    const address = named !== undefined && (await this.isBackEnd(application, bearer)) ? named : undefined;
    const origin = originOf(request, address);
    this.floods.enter(origin);
    return new AuthenticationContext(this.nouns, this.resolvers, application, bearer, origin, languagesOf(request));
  }

  /** @throws Refusal UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT */
  async forManagement(request: FastifyRequest, reply: FastifyReply): Promise<ManagementContext & ResolverHost> {
    requireSingleCredentials(request);
    this.crossOrigin.requireManagementOrigin(request, reply);
    const bearer = bearerOf(request);
    const origin = originOf(request);
    this.floods.enter(origin);
    let authenticating: Promise<Application> | undefined;
    const authenticate = () => {
      authenticating ??= this.authenticateManagement(bearer);
      return authenticating;
    };
    const loaders = new Map<string, ManagementLoaders>();
    return {
      origin,
      locale: localeOf(request),
      resolvers: this.resolvers,
      authenticate,
      requireApplication: async (id) => {
        const application = await authenticate();
        if (application.id !== id) throw new Refusal("FORBIDDEN");
        return application;
      },
      loadersOf: (applicationId) => {
        const made = loaders.get(applicationId) ?? this.managementLoaders(applicationId);
        loaders.set(applicationId, made);
        return made;
      },
    };
  }

  private async authenticateManagement(bearer: string | null): Promise<Application> {
    const application = bearer === null ? null : await this.nouns.applicationDirectory.findActiveBySecretKey(bearer);
    if (!application) throw new Refusal("UNAUTHENTICATED");
    return application;
  }

  private managementLoaders(applicationId: string): ManagementLoaders {
    const { users, sessions, secondFactors } = this.nouns;
    return {
      userById: new DataLoader((ids) => users.findByIds(applicationId, ids)),
      secondFactorsOfUser: new DataLoader((userIds) => secondFactors.listOfUsers(applicationId, userIds)),
      sessionsOfUser: new DataLoader((userIds) => sessions.listOfUsers(applicationId, userIds)),
    };
  }

  /** An application's back end may say whose request it passes on; nobody else is believed. */
  private async isBackEnd({ id }: Application, bearer: string | null): Promise<boolean> {
    return bearer !== null && (await this.nouns.applicationDirectory.findActiveBySecretKey(bearer))?.id === id;
  }
}
