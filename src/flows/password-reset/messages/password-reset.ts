import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./password-reset.de.js";
import { en } from "./password-reset.en.js";
import { fr } from "./password-reset.fr.js";

export const passwordReset: MessageTemplate = {
  name: "passwordReset",
  sentWhen: "a user asks for a new password, or an operator sends one the code",
  requiredVariables: ["code", "link"],
  mail: { en, de, fr },
};
