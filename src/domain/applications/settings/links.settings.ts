import { z } from "zod";

const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && /^https?:\/\//.test(value) && new URL(value).origin === value,
    "must be an origin such as https://app.example",
  );

/** Web pages and deep links of apps; nothing a browser would execute. */
const linkTarget = z
  .string()
  .max(2048)
  .refine(
    (value) => URL.canParse(value) && !/^(javascript|data|vbscript|file|blob|about):/i.test(new URL(value).protocol),
    "must be an absolute URL",
  );

export const linksSettings = z.strictObject({
  origins: z.array(origin).max(50).default([]).describe("web pages that may call the Authentication API of this application"),
  invitationUrl: z
    .union([z.literal(""), linkTarget.refine((value) => !value.includes("#"), "must not have a fragment")])
    .default("")
    .describe("page of the app that accepts invitations; the mail's button leads there with #code="),
  redirects: z.array(linkTarget).max(20).default([]).describe("where link pages lead to when they are done: the first; empty: nowhere"),
});
