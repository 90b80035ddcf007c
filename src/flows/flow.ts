import type { Services } from "../app/services.js";
import type { Application, ApplicationContext } from "../domain/applications/index.js";
import type { MessageTemplate } from "../domain/messaging/index.js";
import type { ChallengePurpose, VerifiedLink } from "../domain/one-time-codes/index.js";
import type { ResolverClass } from "../graphql/index.js";
import type { PasswordViolation } from "../platform/errors/index.js";

/** The page of a mailed link: it has a button, or a form for a new password. */
export interface LinkFlow {
  readonly purpose: ChallengePurpose;
  readonly requires: "nothing" | "password";
  /** The address and the locale of the user whom the page addresses. */
  describe(application: Application, link: VerifiedLink): Promise<{ readonly email: string; readonly locale: string }>;
  /** Performs the operation of the link and consumes it. */
  perform(context: ApplicationContext, link: VerifiedLink, password: string): Promise<LinkOutcome>;
}
export type LinkOutcome =
  | { readonly kind: "done" }
  /** Done; the user receives a mail for choosing a password. */
  | { readonly kind: "password-not-set" }
  /** The link was consumed or replaced concurrently. */
  | { readonly kind: "invalid-link" }
  | { readonly kind: "password-rejected"; readonly violations: readonly PasswordViolation[] };

/** A use case of end users: what it adds to the schema and which messages it sends. */
export interface Flow {
  readonly resolver: ResolverClass;
  create(services: Services): object;
  readonly messages?: readonly MessageTemplate[];
  /** For flows that mail links. */
  createLinkFlow?(services: Services): LinkFlow;
}
