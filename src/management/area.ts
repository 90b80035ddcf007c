import type DataLoader from "dataloader";
import type { Application } from "../applications/index.js";
import type { RequestOrigin } from "../audit/index.js";
import type { EnrolledFactor } from "../authenticators/index.js";
import type { Locale } from "../errors/index.js";
import type { MessageTemplate } from "../messaging/index.js";
import type { Nouns } from "../nouns.js";
import type { SessionEntity } from "../sessions/index.js";
import type { User } from "../users/index.js";

/** What a resolver of the Management API knows about the request it serves. */
export interface ManagementContext {
  readonly origin: RequestOrigin;
  readonly locale: Locale;
  /** The application whose secret key the caller has. @throws Refusal UNAUTHENTICATED */
  authenticate(): Promise<Application>;
  /** The application an argument names, if the caller may manage it. @throws Refusal UNAUTHENTICATED, FORBIDDEN */
  requireApplication(id: string): Promise<Application>;
  loadersOf(applicationId: string): ManagementLoaders;
}
/** Lists are joined in one query a level, however many rows ask. */
export interface ManagementLoaders {
  readonly userById: DataLoader<string, User | null>;
  readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
  readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
}

// biome-ignore lint/suspicious/noExplicitAny: constructors differ in what they are given
type ResolverClass = new (...parts: any[]) => object;

/** One area of the Management API: what it adds to the schema. */
export interface ManagementArea {
  readonly name: string;
  readonly resolver: ResolverClass;
  create(nouns: Nouns): object;
  readonly messages?: readonly MessageTemplate[];
}
