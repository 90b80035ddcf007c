import type { Flow } from "../flow.js";
import { messages } from "./messages.js";
import { PasswordResetResolver } from "./password-reset.resolver.js";
import { PasswordResetService } from "./password-reset.service.js";

export const passwordResetFlow: Flow = {
  resolver: PasswordResetResolver,
  create: (services) => new PasswordResetResolver(new PasswordResetService(services)),
  messages,
  createLinkFlow: (services) => {
    const service = new PasswordResetService(services);
    return {
      purpose: "PASSWORD_RESET",
      requires: "password",
      describe: (application, link) => service.describeLink(application, link),
      perform: (context, link, password) => service.resetByLink(context, link, password),
    };
  },
};
