import { z } from "zod";

export const sessionSettings = z.strictObject({
  sessionTokenMinutes: z.int().min(5).max(60).default(15).describe("Lifetime of a session token, in minutes."),
  refreshGraceSeconds: z
    .int()
    .min(5)
    .max(60)
    .default(10)
    .describe(
      "Grace period, in seconds, in which a used refresh token returns the same new tokens again, so that clients recover from a lost response. Afterwards it returns other tokens, unless those of the response were used.",
    ),
  idleDays: z.int().min(1).max(30).default(14).describe("Days without a refresh after which a session ends."),
  absoluteDays: z.int().min(1).max(365).default(90).describe("Maximum lifetime of a session, in days, regardless of refreshes."),
});
