import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./second-factor-enabled.de.js";
import { en } from "./second-factor-enabled.en.js";
import { fr } from "./second-factor-enabled.fr.js";

export const secondFactorEnabled: MessageTemplate = {
  name: "secondFactorEnabled",
  sentWhen: "a second factor is in force from now on",
  requiredVariables: [],
  mail: { en, de, fr },
};
