export { InvitationEntity } from "./invitation.entity.js";
export { type InvitationFilter, InvitationRepository } from "./invitation.repository.js";
export {
  type Invitation,
  type InvitationStatus,
  Invitations,
  type VerifiedInvitation,
} from "./invitations.js";
