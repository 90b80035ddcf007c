import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./invitation.de.js";
import { en } from "./invitation.en.js";
import { fr } from "./invitation.fr.js";

export const invitation: MessageTemplate = {
  name: "invitation",
  sentWhen: "somebody is invited, or the invitation is sent again",
  requiredVariables: ["code"],
  mail: { en, de, fr },
};
