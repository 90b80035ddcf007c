import type { Application } from "./application.js";

/** The supported locale a request names, or the default if it names none; null if the application does not support it. */
export function findLocale({ settings: { locales } }: Application, requested: string | null | undefined): string | null {
  if (requested == null) return locales.default;
  // Language tags are case-insensitive (RFC 5646 section 2.1.1).
  return locales.supported.find((tag) => tag.toLowerCase() === requested.toLowerCase()) ?? null;
}

/**
 * The supported locale that fits best: of the first candidate that is supported itself or by its primary language; else the default.
 * @see RFC 4647 section 3.4 (lookup)
 */
export function chooseLocale(application: Application, candidates: readonly (string | null | undefined)[]): string {
  for (const candidate of candidates) {
    const found = candidate && (findLocale(application, candidate) ?? findLocale(application, candidate.split("-")[0]));
    if (found) return found;
  }
  return application.settings.locales.default;
}
