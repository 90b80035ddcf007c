import { z } from "zod";

export const secondFactorModes = ["NONE", "TOTP", "SMS"] as const;
export type SecondFactorModeSetting = (typeof secondFactorModes)[number];

/** The words people type for the modes. */
const modeAliases: Readonly<Record<string, SecondFactorModeSetting>> = { none: "NONE", google: "TOTP", phone: "SMS" };

export const secondFactorSettings = z.strictObject({
  mode: z
    .enum([...secondFactorModes, "none", "google", "phone"])
    .default("NONE")
    .transform((alias) => modeAliases[alias] ?? (alias as SecondFactorModeSetting))
    .describe("what users can enroll beside the password: nothing, Google Authenticator (TOTP), Phone (SMS)"),
  required: z.boolean().default(false).describe("nobody logs in without a second factor; who has none enrolls at log-in"),
  totpHeading: z
    .string()
    .trim()
    .max(64)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
    .regex(/^[^:\u0000-\u001f\u007f]*$/, "must hold neither a colon nor control characters")
    .default("")
    .describe("above the codes in Google Authenticator; empty: the application's name"),
});
