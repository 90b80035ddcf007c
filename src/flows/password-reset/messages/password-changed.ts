import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./password-changed.de.js";
import { en } from "./password-changed.en.js";
import { fr } from "./password-changed.fr.js";

export const passwordChanged: MessageTemplate = {
  name: "passwordChanged",
  sentWhen: "a password was changed or set anew",
  requiredVariables: [],
  mail: { en, de, fr },
};
