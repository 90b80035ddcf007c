import type { ManagementModule } from "../management-module.js";
import { InvitationListResolver } from "./invitation-list.resolver.js";
import { InvitationsResolver } from "./invitations.resolver.js";
import { InvitationsService } from "./invitations.service.js";

export const invitationModules: readonly ManagementModule[] = [
  { name: "invitation-list", resolver: InvitationListResolver, create: (services) => new InvitationListResolver(services.invitations) },
  { name: "invitations", resolver: InvitationsResolver, create: (services) => new InvitationsResolver(new InvitationsService(services)) },
];
