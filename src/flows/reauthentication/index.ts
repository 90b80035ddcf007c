import type { Flow } from "../flow.js";
import { ReauthenticationResolver } from "./reauthentication.resolver.js";
import { ReauthenticationService } from "./reauthentication.service.js";

export const reauthenticationFlow: Flow = {
  resolver: ReauthenticationResolver,
  create: (services) => new ReauthenticationResolver(new ReauthenticationService(services)),
};
