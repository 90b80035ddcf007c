import { z } from "zod";

const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, "must be a language tag such as en or de-CH");

export const localesSettings = z
  .strictObject({
    default: locale.default("en").describe("Default language of messages; must be one of locales.supported."),
    supported: z.array(locale).min(1).max(200).default(["en"]).describe("Languages that users can choose for messages."),
  })
  .refine(({ default: fallback, supported }) => supported.includes(fallback), {
    path: ["default"],
    message: "must be one of locales.supported",
  });
