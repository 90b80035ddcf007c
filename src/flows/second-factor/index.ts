import type { Flow } from "../flow.js";
import { messages } from "./messages.js";
import { SecondFactorResolver } from "./second-factor.resolver.js";
import { SecondFactorService } from "./second-factor.service.js";

export const secondFactorFlow: Flow = {
  resolver: SecondFactorResolver,
  create: (services) => new SecondFactorResolver(new SecondFactorService(services)),
  messages,
};
