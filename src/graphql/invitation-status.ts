import { invitationStatuses } from "../domain/invitations/index.js";
import { defineEnum } from "./define-enum.js";

export const InvitationStatus = defineEnum({
  name: "InvitationStatus",
  description: "Status of an invitation.",
  names: invitationStatuses,
  descriptions: {
    PENDING: "Can be accepted.",
    ACCEPTED: "Accepted by the invitee.",
    EXPIRED: "Expired before it was accepted; resending renews its lifetime.",
    REVOKED: "Revoked, or the address acquired an account in another way.",
  },
});
