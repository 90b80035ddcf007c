import type { Flow } from "../flow.js";
import { LogInResolver } from "./log-in.resolver.js";
import { LogInService } from "./log-in.service.js";
import { messages } from "./messages.js";

export const logInFlow: Flow = {
  resolver: LogInResolver,
  create: (services) => new LogInResolver(new LogInService(services)),
  messages,
};
