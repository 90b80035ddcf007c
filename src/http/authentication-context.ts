import DataLoader from "dataloader";
import type { Services } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import type { Actor, ClientInfo } from "../domain/request-context.js";
import type { AuthenticatedSession } from "../domain/sessions/index.js";
import type { EnrollmentContext } from "../domain/sign-in/index.js";
import type { FlowContext, ResolverRegistry } from "../graphql/index.js";
import { GatewayError, type Locale, pickLocale } from "../platform/errors/index.js";
import { explainCredential } from "./credential-explanations.js";

/** State that changes while a request is served. */
interface RequestState {
  application: Application;
  actor: Actor;
  authenticating?: Promise<AuthenticatedSession>;
  loaders?: FlowContext["loaders"];
}

/** Context of resolvers of the Authentication API. Apollo copies it; the copies share one state. */
export class AuthenticationContext implements FlowContext, ResolverRegistry {
  private readonly state: RequestState;

  constructor(
    private readonly services: Services,
    readonly resolvers: ResolverRegistry["resolvers"],
    application: Application,
    readonly bearer: string | null,
    readonly client: ClientInfo,
    readonly requestId: string,
    readonly arrivedAt: Date,
    /** Accept-Language, highest preference first. */
    readonly languages: readonly string[],
  ) {
    this.state = { application, actor: { kind: "UNAUTHENTICATED" } };
  }

  /** After authentication: with the settings that were read with the session. */
  get application(): Application {
    return this.state.application;
  }

  /** The user, after authentication. */
  get actor(): Actor {
    return this.state.actor;
  }

  get locale(): Locale {
    return pickLocale(this.languages);
  }

  get loaders(): FlowContext["loaders"] {
    this.state.loaders ??= this.createLoaders();
    return this.state.loaders;
  }

  authenticate(): Promise<AuthenticatedSession> {
    this.state.authenticating ??= this.loadSession();
    return this.state.authenticating;
  }

  async authenticateForEnrollment(): Promise<EnrollmentContext> {
    const { services, application, bearer } = this;
    const enrolling = bearer === null ? null : await services.signIn.findEnrollmentContext(application, bearer);
    if (!enrolling) return { ...(await this.authenticate()), challenge: null };
    this.state.actor = { kind: "USER", id: enrolling.user.id };
    return enrolling;
  }

  private async loadSession(): Promise<AuthenticatedSession> {
    const { services, application, bearer } = this;
    const found = bearer === null ? null : await services.sessions.authenticate(application, bearer);
    if (!found) throw new GatewayError("UNAUTHENTICATED", { explanation: explainCredential("session", bearer) });
    this.state.application = found.application;
    this.state.actor = { kind: "USER", id: found.user.id };
    return found;
  }

  private createLoaders(): FlowContext["loaders"] {
    const { sessions, secondFactors, recoveryCodes } = this.services;
    const { id } = this.application;
    return {
      sessionsOfUser: new DataLoader((userIds) => sessions.listByUsers(id, userIds)),
      secondFactorsOfUser: new DataLoader((userIds) => secondFactors.listByUsers(id, userIds)),
      recoveryCodesLeftOfUser: new DataLoader((userIds) => recoveryCodes.countByUsers(id, userIds)),
    };
  }
}
