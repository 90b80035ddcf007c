import { z } from "zod";

export const sessionSettings = z.strictObject({
  sessionTokenMinutes: z.int().min(5).max(60).default(15).describe("life of a session token"),
  refreshGraceSeconds: z
    .int()
    .min(5)
    .max(60)
    .default(10)
    .describe("so long a refresh token that was just used gives the same new tokens again, for answers that were lost"),
  idleDays: z.int().min(1).max(30).default(14).describe("a session not refreshed for so long ends"),
  absoluteDays: z.int().min(1).max(365).default(90).describe("no session lives longer, however often it is refreshed"),
});
