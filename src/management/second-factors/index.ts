import type { ManagementArea } from "../area.js";
import { SecondFactorsResolver } from "./second-factors.resolver.js";
import { SecondFactorsService } from "./second-factors.service.js";

export const secondFactorsArea: ManagementArea = {
  name: "second-factors",
  resolver: SecondFactorsResolver,
  create: (nouns) => new SecondFactorsResolver(new SecondFactorsService(nouns)),
};
