import type { Flow } from "../flow.js";
import { passwordChanged, passwordReset } from "./messages/index.js";
import { PasswordResetResolver } from "./password-reset.resolver.js";
import { PasswordResetService } from "./password-reset.service.js";

export const passwordResetFlow: Flow = {
  name: "password-reset",
  resolver: PasswordResetResolver,
  create: (nouns) => new PasswordResetResolver(new PasswordResetService(nouns)),
  messages: [passwordReset, passwordChanged],
  createLinkJourney: (nouns) => {
    const service = new PasswordResetService(nouns);
    return {
      purpose: "PASSWORD_RESET",
      asks: "password",
      describe: (application, link) => service.describeLink(application, link),
      perform: (application, link, password, origin) => service.resetByLink(application, link, password, origin),
    };
  },
};
