import type { Flow } from "../flow.js";
import { messages } from "./messages.js";
import { PhoneResolver } from "./phone.resolver.js";
import { PhoneService } from "./phone.service.js";

export const phoneFlow: Flow = {
  resolver: PhoneResolver,
  create: (services) => new PhoneResolver(new PhoneService(services)),
  messages,
};
