import { z } from "zod";

export const tokenSettings = z.strictObject({
  audience: z
    .array(z.string().trim().min(1).max(255))
    .max(10)
    .default([])
    .describe("`aud` claim of the JWT; empty: general.realmAppId, or the application's id if that is empty too."),
  lifetimeMinutes: z.int().min(1).max(1440).default(60).describe("Lifetime of a JWT, in minutes."),
  includeEmail: z.boolean().default(true).describe("Whether the JWT contains the user's address as `email`."),
  rotationDays: z
    .int()
    .min(0)
    .max(730)
    .default(0)
    .describe("Days between automatic signing key rotations; 0: manual rotation only, for verifiers with a manually installed key."),
  sendKeyId: z
    .boolean()
    .default(true)
    .describe("Whether the JWT header contains `kid`; turn off for verifiers that reject it because their key is manually installed."),
});
