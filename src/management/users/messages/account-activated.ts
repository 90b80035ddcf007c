import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./account-activated.de.js";
import { en } from "./account-activated.en.js";
import { fr } from "./account-activated.fr.js";

export const accountActivated: MessageTemplate = {
  name: "accountActivated",
  sentWhen: "the application's back end lets a suspended user in again",
  requiredVariables: [],
  mail: { en, de, fr },
};
