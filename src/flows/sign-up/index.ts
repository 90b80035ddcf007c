import type { Flow } from "../flow.js";
import { messages } from "./messages.js";
import { SignUpResolver } from "./sign-up.resolver.js";
import { SignUpService } from "./sign-up.service.js";
import { SignUpCompletionService } from "./sign-up-completion.service.js";

export const signUpFlow: Flow = {
  resolver: SignUpResolver,
  create: (services) => new SignUpResolver(new SignUpService(services), new SignUpCompletionService(services)),
  messages,
  createLinkFlow: (services) => {
    const completion = new SignUpCompletionService(services);
    return {
      purpose: "SIGN_UP",
      requires: "nothing",
      describe: (application, link) => completion.describeLink(application, link),
      perform: (context, link) => completion.completeByLink(context, link),
    };
  },
};
