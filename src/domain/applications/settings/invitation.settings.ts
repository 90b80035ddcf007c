import { z } from "zod";

export const invitationSettings = z.strictObject({
  enabled: z.boolean().default(true).describe("Whether invitations can be sent and accepted."),
  usersMayInvite: z.boolean().default(true).describe("Whether users can send invitations; otherwise only the application's back end can."),
  lifetimeHours: z.int().min(1).max(720).default(168).describe("Lifetime of an invitation, in hours."),
  fields: z
    .array(z.string().max(200))
    .max(50)
    .default([])
    .describe("Paths of the metadata fields that an invitation can set; empty: every field the inviter is allowed to set."),
});
