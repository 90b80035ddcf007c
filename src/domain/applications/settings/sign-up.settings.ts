import { z } from "zod";

/** How new users prove the address they sign up with. */
export const signUpFlows = ["CODE", "LINK", "NONE"] as const;

export const signUpSettings = z.strictObject({
  enabled: z.boolean().default(true).describe("take new users"),
  flow: z.enum(signUpFlows).default("CODE").describe("how they prove their address"),
  codeMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe("life of a mailed code that proves an address, at sign-up and when it is changed"),
  codeDigits: z.int().min(6).max(10).default(6).describe("digits of such a code; ten while the application's codes are being guessed"),
  linkHours: z.int().min(1).max(168).default(24).describe("life of a mailed link, and how long an unfinished sign-up waits for its user"),
  maximumUsers: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(0)
    .describe("sign-up closes at so many users, and invitations are not accepted; 0 is no limit"),
});
