export { InvitationEntity } from "./invitation.entity.js";
export { type InvitationFilter, InvitationRepository } from "./invitation.repository.js";
export { InvitationConnection, InvitationStatus, InvitationView } from "./invitation.types.js";
export { type Invitation, Invitations, type MatchedInvitation } from "./invitations.js";
