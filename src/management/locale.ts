import type { Application } from "../domain/applications/index.js";

/** The language of what a back end sends: the one it names, else the application's default; null when the application does not speak it. */
export function resolveRequestedLocale({ settings }: Application, requested: string | null | undefined): string | null {
  const { supported, default: fallback } = settings.locales;
  if (requested == null) return fallback;
  return supported.find((tag) => tag.toLowerCase() === requested.toLowerCase()) ?? null;
}
