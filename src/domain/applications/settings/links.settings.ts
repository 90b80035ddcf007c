import { z } from "zod";

const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^https?:\/\//.test(value) && new URL(value).origin === value,
    "must be an origin such as https://app.example",
  );

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
    .describe("Web origins that are allowed to call the Authentication API for this application (CORS)."),
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
