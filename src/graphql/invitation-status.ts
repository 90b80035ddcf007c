import { registerEnumType } from "type-graphql";
import { invitationStatuses } from "../domain/invitations/index.js";

export const InvitationStatus = Object.fromEntries(invitationStatuses.map((status) => [status, status]));
registerEnumType(InvitationStatus, {
  name: "InvitationStatus",
  description: "Status of an invitation.",
  valuesConfig: {
    PENDING: { description: "Can be accepted." },
    ACCEPTED: { description: "Accepted by the invitee." },
    EXPIRED: { description: "Expired before it was accepted; resending renews its lifetime." },
    REVOKED: { description: "Revoked, or the address acquired an account in another way." },
  },
});
