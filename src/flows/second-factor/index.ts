import type { Flow } from "../flow.js";
import {
  recoveryCodesReplaced,
  recoveryCodeUsed,
  secondFactorCode,
  secondFactorDisabled,
  secondFactorEnabled,
  secondFactorGuessing,
} from "./messages/index.js";
import { SecondFactorResolver } from "./second-factor.resolver.js";
import { SecondFactorService } from "./second-factor.service.js";

export const secondFactorFlow: Flow = {
  name: "second-factor",
  resolver: SecondFactorResolver,
  create: (services) => new SecondFactorResolver(new SecondFactorService(services)),
  messages: [secondFactorCode, secondFactorEnabled, secondFactorDisabled, secondFactorGuessing, recoveryCodeUsed, recoveryCodesReplaced],
};
