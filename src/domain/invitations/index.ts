export { InvitationEntity } from "./invitation.entity.js";
export { type InvitationFilter, InvitationRepository } from "./invitation.repository.js";
export {
  INVITATION_CODE_DIGITS,
  type Invitation,
  type InvitationStatus,
  Invitations,
  type VerifiedInvitation,
} from "./invitations.js";
