import type { ManagementArea } from "../area.js";
import { InvitationListResolver } from "./invitation-list.resolver.js";
import { InvitationsResolver } from "./invitations.resolver.js";
import { InvitationsService } from "./invitations.service.js";

export const invitationAreas: readonly ManagementArea[] = [
  { name: "invitation-list", resolver: InvitationListResolver, create: (nouns) => new InvitationListResolver(nouns.invitations) },
  { name: "invitations", resolver: InvitationsResolver, create: (nouns) => new InvitationsResolver(new InvitationsService(nouns)) },
];
