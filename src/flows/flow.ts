import type { Nouns } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import type { MessageTemplate } from "../domain/messaging/index.js";
import type { ChallengePurpose, FoundLink } from "../domain/one-time-codes/index.js";
import type { RequestOrigin } from "../domain/request-context.js";
import type { PasswordViolation } from "../platform/errors/index.js";

// biome-ignore lint/suspicious/noExplicitAny: constructors differ in what they are given
export type ResolverClass = new (...parts: any[]) => object;

/** What a person sees at a link of ours: a button, or a form for a new password. */
export interface LinkJourney {
  readonly purpose: ChallengePurpose;
  readonly asks: "nothing" | "password";
  /** Whom the link is for and in which language they read. */
  describe(application: Application, link: FoundLink): Promise<{ readonly email: string; readonly locale: string }>;
  /** Does what the link is for and uses it up. */
  perform(application: Application, link: FoundLink, password: string, origin: RequestOrigin): Promise<LinkOutcome>;
}
export type LinkOutcome =
  | { readonly kind: "done" }
  /** Done, and a mail is on its way with which the user chooses a password. */
  | { readonly kind: "passwordless" }
  /** Used or replaced meanwhile. */
  | { readonly kind: "gone" }
  | { readonly kind: "refused"; readonly violations: readonly PasswordViolation[] };

/** One journey: what it adds to the schema and what it sends. */
export interface Flow {
  readonly name: string;
  readonly resolver: ResolverClass;
  create(nouns: Nouns): object;
  readonly messages: readonly MessageTemplate[];
  /** Where its mailed links lead. */
  createLinkJourney?(nouns: Nouns): LinkJourney;
}

/** A user's locale: the one asked for, else the best of the request's languages the application supports, else its default. */
export function chooseLocale({ settings }: Application, asked: string | null | undefined, languages: readonly string[]): string {
  const { supported, default: fallback } = settings.locales;
  const wishes = asked ? [asked, ...languages] : languages;
  for (const wish of wishes) {
    const lower = wish.toLowerCase();
    const found =
      supported.find((tag) => tag.toLowerCase() === lower) ?? supported.find((tag) => tag.toLowerCase() === lower.split("-")[0]);
    if (found) return found;
  }
  return fallback;
}
