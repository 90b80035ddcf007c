import type DataLoader from "dataloader";
import type { Application, ApplicationContext } from "../domain/applications/index.js";
import type { EnrolledFactor } from "../domain/authenticators/index.js";
import type { RequestContext } from "../domain/request-context.js";
import type { AuthenticatedSession, SessionEntity } from "../domain/sessions/index.js";
import type { EnrollmentContext } from "../domain/sign-in/index.js";
import type { User } from "../domain/users/index.js";

/** Context of resolvers of the Authentication API. */
export interface FlowContext extends ApplicationContext {
  /** Accept-Language, highest preference first. */
  readonly languages: readonly string[];
  /** The bearer token as sent; null without one. */
  readonly bearer: string | null;
  /** The authenticated session. @throws GatewayError UNAUTHENTICATED */
  authenticate(): Promise<AuthenticatedSession>;
  /**
   * Authenticates enrollment of a second factor: by session token, or by the token of a log-in that requires enrollment.
   * @throws GatewayError UNAUTHENTICATED
   */
  authenticateForEnrollment(): Promise<EnrollmentContext>;
  readonly loaders: {
    readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
    readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
    readonly recoveryCodesLeftOfUser: DataLoader<string, number>;
  };
}

/** Context of resolvers of the Management API. */
export interface ManagementContext extends RequestContext {
  /** The application authenticated by its secret key. @throws GatewayError UNAUTHENTICATED */
  authenticate(): Promise<Application>;
  /** The application with this id, if the caller may manage it. @throws GatewayError UNAUTHENTICATED, FORBIDDEN */
  requireApplication(id: string): Promise<ApplicationContext>;
  loadersOf(applicationId: string): ManagementLoaders;
}
/** Batches the lookups of one level into one query, however many rows request them. */
export interface ManagementLoaders {
  readonly userById: DataLoader<string, User | null>;
  readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
  readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
}
