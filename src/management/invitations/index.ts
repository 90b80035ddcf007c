import type { ManagementModule } from "../management-module.js";
import { ApplicationInvitationsResolver, InvitationsResolver } from "./invitations.resolver.js";
import { InvitationsService } from "./invitations.service.js";

export const invitationModules: readonly ManagementModule[] = [
  {
    resolver: ApplicationInvitationsResolver,
    create: ({ invitations }) => new ApplicationInvitationsResolver(invitations),
  },
  { resolver: InvitationsResolver, create: (services) => new InvitationsResolver(new InvitationsService(services)) },
];
