import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./recovery-code-used.de.js";
import { en } from "./recovery-code-used.en.js";
import { fr } from "./recovery-code-used.fr.js";

export const recoveryCodeUsed: MessageTemplate = {
  name: "recoveryCodeUsed",
  sentWhen: "a recovery code was used in the place of the second factor",
  requiredVariables: [],
  mail: { en, de, fr },
};
