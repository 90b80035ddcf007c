import { z } from "zod";

export const tokenSettings = z.strictObject({
  audience: z
    .array(z.string().trim().min(1).max(255))
    .max(10)
    .default([])
    .describe("`aud` of the JWT; empty: general.realmAppId, else the application's id"),
  lifetimeMinutes: z.int().min(1).max(1440).default(60).describe("life of a JWT"),
  includeEmail: z.boolean().default(true).describe("put the address into the JWT as `email`"),
  rotationDays: z
    .int()
    .min(0)
    .max(730)
    .default(0)
    .describe("a new signing key after so many days; 0: on command only, for verifiers with a pasted key"),
  sendKeyId: z.boolean().default(true).describe("put `kid` into the header; off for verifiers with a manual key that refuse it"),
});
