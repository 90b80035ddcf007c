import { z } from "zod";

export const generalSettings = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(128)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern excludes control characters
    .regex(/^[^\u0000-\u001f\u007f]*$/, "must not contain control characters")
    .describe("Application name shown in messages, 1 to 128 characters."),
  status: z
    .enum(["ACTIVE", "SUSPENDED"])
    .default("ACTIVE")
    .describe("Status of the application. Requests for a suspended application are rejected as if it did not exist."),
  realmAppId: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{0,128}$/, "must be an App ID such as myapp-abcde, or empty")
    .default("")
    .describe("App ID of a Realm app; default `aud` of the JWT when token.audience is empty."),
});
