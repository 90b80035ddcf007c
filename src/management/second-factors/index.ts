import type { ManagementModule } from "../management-module.js";
import { SecondFactorsResolver } from "./second-factors.resolver.js";
import { SecondFactorsService } from "./second-factors.service.js";

export const secondFactorsModule: ManagementModule = {
  resolver: SecondFactorsResolver,
  create: (services) => new SecondFactorsResolver(new SecondFactorsService(services)),
};
