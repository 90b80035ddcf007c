import type { Flow } from "../flow.js";
import { HandleChangeResolver } from "./handle-change.resolver.js";
import { HandleChangeService } from "./handle-change.service.js";
import { messages } from "./messages.js";

export const handleChangeFlow: Flow = {
  resolver: HandleChangeResolver,
  create: (services) => new HandleChangeResolver(new HandleChangeService(services)),
  messages,
};
