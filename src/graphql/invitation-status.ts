import type { InvitationStatus as Status } from "../domain/invitations/index.js";
import { enumType } from "./enum-type.js";

export const InvitationStatus = enumType<Status>("InvitationStatus", "Status of an invitation.", {
  PENDING: "Can be accepted.",
  ACCEPTED: "Accepted by the invitee.",
  EXPIRED: "Expired before it was accepted; resending renews its lifetime.",
  REVOKED: "Revoked, or the address acquired an account in another way.",
});
