import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./account-deleted.de.js";
import { en } from "./account-deleted.en.js";
import { fr } from "./account-deleted.fr.js";

export const accountDeleted: MessageTemplate = {
  name: "accountDeleted",
  sentWhen: "an account was deleted",
  requiredVariables: [],
  mail: { en, de, fr },
};
