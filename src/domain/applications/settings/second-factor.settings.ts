import { z } from "zod";

const secondFactorModes = ["NONE", "TOTP", "SMS"] as const;
export type SecondFactorModeSetting = (typeof secondFactorModes)[number];

/** Alternative names of the modes. */
const modeAliases: Readonly<Record<string, SecondFactorModeSetting>> = { none: "NONE", google: "TOTP", phone: "SMS" };

export const secondFactorSettings = z.strictObject({
  mode: z
    .enum([...secondFactorModes, "none", "google", "phone"])
    .default("NONE")
    .transform((alias) => modeAliases[alias] ?? (alias as SecondFactorModeSetting))
    .describe("Second factor that users can enroll: none, an authenticator app (TOTP) or text messages (SMS)."),
  required: z.boolean().default(false).describe("Whether a second factor is required; users without one enroll it at log-in."),
  totpHeading: z
    .string()
    .trim()
    .max(64)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern excludes control characters
    .regex(/^[^:\u0000-\u001f\u007f]*$/, "must not contain a colon or control characters")
    .default("")
    .describe("Issuer shown in authenticator apps, at most 64 characters; empty: the application's name."),
});
