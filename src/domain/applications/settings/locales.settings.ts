import { z } from "zod";

const locale = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/, "must be a language tag such as en or de-CH");

export const localesSettings = z
  .strictObject({
    default: locale.default("en").describe("language of messages when nothing else is known"),
    supported: z.array(locale).min(1).max(200).default(["en"]).describe("languages users can have"),
  })
  .refine(({ default: fallback, supported }) => supported.includes(fallback), {
    path: ["default"],
    message: "must be among locales.supported",
  });
