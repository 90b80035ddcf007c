import type DataLoader from "dataloader";
import type { Application, ApplicationContext } from "../domain/applications/index.js";
import type { EnrolledFactor } from "../domain/authenticators/index.js";
import type { RequestContext } from "../domain/request-context.js";
import type { AuthenticatedSession, SessionEntity } from "../domain/sessions/index.js";
import type { EnrollmentContext } from "../domain/sign-in/index.js";
import type { User } from "../domain/users/index.js";

/** What a resolver of the Authentication API knows about the request it serves. */
export interface FlowContext extends ApplicationContext {
  /** Accept-Language, best first. */
  readonly languages: readonly string[];
  /** The bearer as sent; null without one. */
  readonly bearer: string | null;
  /** Who is calling. @throws Refusal UNAUTHENTICATED */
  authenticate(): Promise<AuthenticatedSession>;
  /** Who may enroll a second factor: as above, or by the token of a log-in that must. @throws Refusal UNAUTHENTICATED */
  authenticateForEnrollment(): Promise<EnrollmentContext>;
  readonly loaders: {
    readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
    readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
    readonly recoveryCodesLeftOfUser: DataLoader<string, number>;
  };
}

/** What a resolver of the Management API knows about the request it serves. */
export interface ManagementContext extends RequestContext {
  /** The application whose secret key the caller has. @throws Refusal UNAUTHENTICATED */
  authenticate(): Promise<Application>;
  /** The application an argument names, if the caller may manage it. @throws Refusal UNAUTHENTICATED, FORBIDDEN */
  requireApplication(id: string): Promise<ApplicationContext>;
  loadersOf(applicationId: string): ManagementLoaders;
}
/** Lists are joined in one query a level, however many rows ask. */
export interface ManagementLoaders {
  readonly userById: DataLoader<string, User | null>;
  readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
  readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
}
