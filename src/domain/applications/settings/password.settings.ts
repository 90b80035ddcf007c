import { z } from "zod";

const atLeast = (what: string) => z.int().min(0).max(8).default(0).describe(`Minimum number of ${what}.`);

export const passwordSettings = z.strictObject({
  minimumLength: z
    .int()
    .min(8)
    .max(64)
    .default(10)
    .describe("Minimum length in characters; 15 is recommended where the password is the only factor."),
  resetCodeMinutes: z.int().min(5).max(60).default(10).describe("Lifetime of emailed reset codes, in minutes."),
  resetCodeDigits: z
    .int()
    .min(6)
    .max(10)
    .default(6)
    .describe("Number of digits of reset codes; 8 is recommended where users can be expected to type them."),
  resetLinkMinutes: z.int().min(5).max(60).default(30).describe("Lifetime of emailed reset links, in minutes."),
  minimumUpper: atLeast("uppercase letters"),
  minimumLower: atLeast("lowercase letters"),
  minimumDigit: atLeast("digits"),
  minimumSpecial: atLeast("characters that are neither letters nor digits"),
  blockList: z.boolean().default(true).describe("Whether the most common passwords are rejected."),
});
