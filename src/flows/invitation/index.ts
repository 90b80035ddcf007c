import type { Flow } from "../flow.js";
import { InvitationResolver } from "./invitation.resolver.js";
import { InvitationService } from "./invitation.service.js";
import { InvitationAcceptanceService } from "./invitation-acceptance.service.js";
import { messages } from "./messages.js";

export const invitationFlow: Flow = {
  resolver: InvitationResolver,
  create: (services) => new InvitationResolver(new InvitationService(services), new InvitationAcceptanceService(services)),
  messages,
};
