import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./second-factor-guessing.de.js";
import { en } from "./second-factor-guessing.en.js";
import { fr } from "./second-factor-guessing.fr.js";

export const secondFactorGuessing: MessageTemplate = {
  name: "secondFactorGuessing",
  sentWhen: "somebody gave the right password and several wrong codes",
  requiredVariables: [],
  mail: { en, de, fr },
};
