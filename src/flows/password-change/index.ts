import type { Flow } from "../flow.js";
import { PasswordChangeResolver } from "./password-change.resolver.js";
import { PasswordChangeService } from "./password-change.service.js";

export const passwordChangeFlow: Flow = {
  name: "password-change",
  resolver: PasswordChangeResolver,
  create: (nouns) => new PasswordChangeResolver(new PasswordChangeService(nouns)),
  // The notice is the one of the password reset.
  messages: [],
};
