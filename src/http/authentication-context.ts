import DataLoader from "dataloader";
import type { Nouns } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import type { RequestOrigin } from "../domain/request-context.js";
import type { AuthenticatedSession } from "../domain/sessions/index.js";
import type { Enrolling } from "../domain/sign-in/index.js";
import type { FlowContext, ResolverHost } from "../graphql/index.js";
import { type Locale, pickLocale, Refusal } from "../platform/errors/index.js";

/** What may change while a request is served. */
interface State {
  application: Application;
  authenticating?: Promise<AuthenticatedSession>;
  loaders?: FlowContext["loaders"];
}

/** What resolvers of the Authentication API know about a request. Apollo copies it; the copies share one state. */
export class AuthenticationContext implements FlowContext, ResolverHost {
  private readonly state: State;

  constructor(
    private readonly nouns: Nouns,
    readonly resolvers: ResolverHost["resolvers"],
    application: Application,
    readonly bearer: string | null,
    readonly origin: RequestOrigin,
    /** Accept-Language, best first. */
    readonly languages: readonly string[],
  ) {
    this.state = { application };
  }

  /** Once somebody is authenticated, with its settings of that moment. */
  get application(): Application {
    return this.state.application;
  }

  get locale(): Locale {
    return pickLocale(this.languages);
  }

  get loaders(): FlowContext["loaders"] {
    this.state.loaders ??= this.makeLoaders();
    return this.state.loaders;
  }

  authenticate(): Promise<AuthenticatedSession> {
    this.state.authenticating ??= this.findSession();
    return this.state.authenticating;
  }

  async authenticateEnrolling(): Promise<Enrolling> {
    const { nouns, application, bearer } = this;
    const enrolling = bearer === null ? null : await nouns.admission.findEnrolling(application, bearer);
    return enrolling ?? { ...(await this.authenticate()), token: null };
  }

  private async findSession(): Promise<AuthenticatedSession> {
    const { nouns, application, bearer } = this;
    const found = bearer === null ? null : await nouns.sessions.authenticate(application, bearer);
    if (!found) throw new Refusal("UNAUTHENTICATED");
    this.state.application = found.application;
    return found;
  }

  private makeLoaders(): FlowContext["loaders"] {
    const { sessions, secondFactors, recoveryCodes } = this.nouns;
    const { id } = this.application;
    return {
      sessionsOfUser: new DataLoader((userIds) => sessions.listOfUsers(id, userIds)),
      secondFactorsOfUser: new DataLoader((userIds) => secondFactors.listOfUsers(id, userIds)),
      recoveryCodesLeftOfUser: new DataLoader((userIds) => recoveryCodes.countOfUsers(id, userIds)),
    };
  }
}
