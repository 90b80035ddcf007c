import type { Flow } from "../flow.js";
import { PasswordChangeResolver } from "./password-change.resolver.js";
import { PasswordChangeService } from "./password-change.service.js";

export const passwordChangeFlow: Flow = {
  resolver: PasswordChangeResolver,
  create: (services) => new PasswordChangeResolver(new PasswordChangeService(services)),
  // The notice passwordChanged is declared by the password reset.
};
