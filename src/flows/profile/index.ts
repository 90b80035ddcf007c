import type { Flow } from "../flow.js";
import { ProfileResolver } from "./profile.resolver.js";
import { ProfileService } from "./profile.service.js";

export const profileFlow: Flow = {
  resolver: ProfileResolver,
  create: (services) => new ProfileResolver(new ProfileService(services)),
};
