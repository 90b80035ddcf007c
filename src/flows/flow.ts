import type DataLoader from "dataloader";
import type { Enrolling } from "../admission/index.js";
import type { Application } from "../applications/index.js";
import type { RequestOrigin } from "../audit/index.js";
import type { EnrolledFactor } from "../authenticators/index.js";
import type { ChallengePurpose, FoundLink } from "../challenges/index.js";
import type { Locale, PasswordViolation } from "../errors/index.js";
import type { MessageTemplate } from "../messaging/index.js";
import type { Nouns } from "../nouns.js";
import type { AuthenticatedSession, SessionEntity } from "../sessions/index.js";

/** What a resolver knows about the request it serves. */
export interface FlowContext {
  readonly application: Application;
  readonly origin: RequestOrigin;
  /** Language of sentences in answers. */
  readonly locale: Locale;
  /** Accept-Language, best first. */
  readonly languages: readonly string[];
  /** The bearer as sent; null without one. */
  readonly bearer: string | null;
  /** Who is calling. @throws Refusal UNAUTHENTICATED */
  authenticate(): Promise<AuthenticatedSession>;
  /** Who may enroll a second factor: as above, or by the token of a log-in that must. @throws Refusal UNAUTHENTICATED */
  authenticateEnrolling(): Promise<Enrolling>;
  readonly loaders: {
    readonly sessionsOfUser: DataLoader<string, SessionEntity[]>;
    readonly secondFactorsOfUser: DataLoader<string, EnrolledFactor[]>;
    readonly recoveryCodesLeftOfUser: DataLoader<string, number>;
  };
}

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
