import type { Flow } from "../flow.js";
import { signUpCode, signUpLink, signUpNotice } from "./messages/index.js";
import { SignUpResolver } from "./sign-up.resolver.js";
import { SignUpService } from "./sign-up.service.js";
import { SignUpCompletionService } from "./sign-up-completion.service.js";

export const signUpFlow: Flow = {
  name: "sign-up",
  resolver: SignUpResolver,
  create: (nouns) => new SignUpResolver(new SignUpService(nouns), new SignUpCompletionService(nouns)),
  messages: [signUpCode, signUpLink, signUpNotice],
  createLinkJourney: (nouns) => {
    const completion = new SignUpCompletionService(nouns);
    return {
      purpose: "SIGN_UP",
      asks: "nothing",
      describe: (application, link) => completion.describeLink(application, link),
      perform: (application, link, _password, origin) => completion.completeByLink(application, link, origin),
    };
  },
};
