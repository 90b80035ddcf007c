import type { Services } from "../app/services.js";
import type { Application, ApplicationContext } from "../domain/applications/index.js";
import type { MessageTemplate } from "../domain/messaging/index.js";
import type { ChallengePurpose, VerifiedLink } from "../domain/one-time-codes/index.js";
import type { ResolverClass } from "../graphql/index.js";
import type { PasswordViolation } from "../platform/errors/index.js";

/** What a person sees at a link of ours: a button, or a form for a new password. */
export interface LinkFlow {
  readonly purpose: ChallengePurpose;
  readonly requires: "nothing" | "password";
  /** Whom the link is for and in which language they read. */
  describe(application: Application, link: VerifiedLink): Promise<{ readonly email: string; readonly locale: string }>;
  /** Does what the link is for and uses it up. */
  perform(context: ApplicationContext, link: VerifiedLink, password: string): Promise<LinkOutcome>;
}
export type LinkOutcome =
  | { readonly kind: "done" }
  /** Done, and a mail is on its way with which the user chooses a password. */
  | { readonly kind: "password-not-set" }
  /** Used or replaced meanwhile. */
  | { readonly kind: "invalid-link" }
  | { readonly kind: "password-rejected"; readonly violations: readonly PasswordViolation[] };

/** One journey: what it adds to the schema and what it sends. */
export interface Flow {
  readonly name: string;
  readonly resolver: ResolverClass;
  create(services: Services): object;
  readonly messages: readonly MessageTemplate[];
  /** Where its mailed links lead. */
  createLinkFlow?(services: Services): LinkFlow;
}
