import type { Flow } from "../flow.js";
import { SessionResolver } from "./session.resolver.js";
import { SessionService } from "./session.service.js";

export const sessionFlow: Flow = {
  name: "session",
  resolver: SessionResolver,
  create: (nouns) => new SessionResolver(new SessionService(nouns)),
  messages: [],
};
