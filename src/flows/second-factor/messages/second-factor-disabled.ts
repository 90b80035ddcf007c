import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./second-factor-disabled.de.js";
import { en } from "./second-factor-disabled.en.js";
import { fr } from "./second-factor-disabled.fr.js";

export const secondFactorDisabled: MessageTemplate = {
  name: "secondFactorDisabled",
  sentWhen: "a second factor was turned off, by the user or for them",
  requiredVariables: [],
  mail: { en, de, fr },
};
