import type { Application } from "../domain/applications/index.js";

/** The language of what a back end sends: the one it names, else the application's default; null when the application does not speak it. */
export function chosenLocale({ settings }: Application, wish: string | null | undefined): string | null {
  const { supported, default: fallback } = settings.locales;
  if (wish == null) return fallback;
  return supported.find((tag) => tag.toLowerCase() === wish.toLowerCase()) ?? null;
}
