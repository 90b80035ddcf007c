import type { Flow } from "../flow.js";
import { SessionResolver } from "./session.resolver.js";
import { SessionService } from "./session.service.js";

export const sessionFlow: Flow = {
  resolver: SessionResolver,
  create: (services) => new SessionResolver(new SessionService(services)),
};
