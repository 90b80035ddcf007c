import { registerEnumType } from "type-graphql";
import { invitationStatuses } from "../domain/invitations/index.js";

export const InvitationStatus = Object.fromEntries(invitationStatuses.map((status) => [status, status]));
registerEnumType(InvitationStatus, {
  name: "InvitationStatus",
  description: "What became of an invitation.",
  valuesConfig: {
    PENDING: { description: "It can be accepted." },
    ACCEPTED: { description: "A user has joined with it." },
    EXPIRED: { description: "It was not accepted in time; resending it starts its lifetime again." },
    REVOKED: { description: "It was revoked, or the address has an account by another way." },
  },
});
