import type { ManagementModule } from "../management-module.js";
import { ApplicationInvitationsResolver, InvitationsResolver } from "./invitations.resolver.js";
import { InvitationsService } from "./invitations.service.js";

export const invitationModules: readonly ManagementModule[] = [
  {
    name: "application-invitations",
    resolver: ApplicationInvitationsResolver,
    create: ({ invitations }) => new ApplicationInvitationsResolver(invitations),
  },
  { name: "invitations", resolver: InvitationsResolver, create: (services) => new InvitationsResolver(new InvitationsService(services)) },
];
