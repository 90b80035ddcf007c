import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./recovery-codes-replaced.de.js";
import { en } from "./recovery-codes-replaced.en.js";
import { fr } from "./recovery-codes-replaced.fr.js";

export const recoveryCodesReplaced: MessageTemplate = {
  name: "recoveryCodesReplaced",
  sentWhen: "the user made new recovery codes",
  requiredVariables: [],
  mail: { en, de, fr },
};
