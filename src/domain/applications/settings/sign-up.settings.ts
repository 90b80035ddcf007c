import { z } from "zod";

export const signUpSettings = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether new users can sign up."),
  flow: z
    .enum(["CODE", "LINK", "NONE"])
    .default("CODE")
    .describe("How new users verify their address: by an emailed code, by an emailed link, or not at all."),
  codeMinutes: z
    .int()
    .min(1)
    .max(1440)
    .default(15)
    .describe("Lifetime of emailed verification codes, in minutes, at sign-up and at a change of address."),
  codeDigits: z
    .int()
    .min(6)
    .max(10)
    .default(6)
    .describe("Number of digits of verification codes; ten while the application is under a guessing attack."),
  linkHours: z.int().min(1).max(168).default(24).describe("Lifetime of emailed verification links and of pending sign-ups, in hours."),
  maximumUsers: z
    .int()
    .min(0)
    .max(1_000_000_000)
    .default(0)
    .describe("Maximum number of users; when it is reached, sign-up closes and invitations cannot be accepted. 0: unlimited."),
});
