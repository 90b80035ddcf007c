import { z } from "zod";

/** Schemes of pages in web views of Capacitor, Ionic, Tauri and Electron, whose origins have no registered form (RFC 6454 section 4). */
const WEB_VIEW_ORIGIN = /^(capacitor|ionic|tauri|app):\/\/[a-z0-9._-]+(:\d{1,5})?$/;

/** The form in which browsers send an origin: lower case, nothing after the port. Text that is no origin is unchanged or fails the check. */
function normalizeOrigin(typed: string): string {
  const withoutSlash = typed.trim().replace(/\/$/, "");
  const isWebOrigin = /^https?:\/\/[^/?#@\\]+$/i.test(withoutSlash) && URL.canParse(withoutSlash);
  return isWebOrigin ? new URL(withoutSlash).origin : withoutSlash.toLowerCase();
}

function findOriginProblem(origin: string): string | null {
  if (!URL.canParse(origin) || !origin.includes("://")) return "must be an origin such as https://app.example";
  const { protocol } = new URL(origin);
  if (!/^(https?|capacitor|ionic|tauri|app):$/.test(protocol)) return "the scheme must be https, http, capacitor, ionic, tauri or app";
  const isComplete = WEB_VIEW_ORIGIN.test(origin) || new URL(origin).origin === origin;
  return isComplete ? null : "must be SCHEME://HOST or SCHEME://HOST:PORT, without user, path, query or fragment";
}

/** Why an origin must not be added, although one that is stored is kept. Null when nothing forbids it. */
export const findAddedOriginProblem = (origin: string): string | null =>
  origin.includes("*") ? "wildcards are not supported, because they would admit pages of others; list every origin" : null;

const origin = z
  .string()
  .overwrite(normalizeOrigin)
  .superRefine((value, { addIssue }) => {
    const message = findOriginProblem(value);
    if (message) addIssue({ code: "custom", message });
  });

/** Web pages and deep links of apps; no scheme that a browser executes. */
const linkTarget = z
  .string()
  .max(2048)
  .refine(
    (value) => URL.canParse(value) && !/^(javascript|data|vbscript|file|blob|about):/i.test(new URL(value).protocol),
    "must be an absolute URL",
  );

export const linksSettings = z.strictObject({
  origins: z
    .array(origin)
    .max(50)
    .default([])
    .describe(
      "Origins of web pages and web views that may call the Authentication API for this application (CORS), such as https://app.example or capacitor://localhost; no wildcards.",
    ),
  invitationUrl: z
    .union([z.literal(""), linkTarget.refine((value) => !value.includes("#"), "must not have a fragment")])
    .default("")
    .describe(
      "Page of the app that accepts invitations; the invitation email links to it and appends #code=. Empty: the email contains only the code.",
    ),
  redirects: z
    .array(linkTarget)
    .max(20)
    .default([])
    .describe("Redirect targets of the link pages; the first one is used. Empty: no redirect."),
});
