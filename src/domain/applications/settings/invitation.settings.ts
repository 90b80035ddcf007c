import { z } from "zod";

export const invitationSettings = z.strictObject({
  enabled: z.boolean().default(true).describe("invitations can be sent and accepted"),
  usersMayInvite: z.boolean().default(true).describe("users may invite, not only the application's back end"),
  lifetimeHours: z.int().min(1).max(720).default(168).describe("life of an invitation"),
  fields: z
    .array(z.string().max(200))
    .max(50)
    .default([])
    .describe("paths of metadata fields an invitation may carry; empty: all the inviter may give"),
});
