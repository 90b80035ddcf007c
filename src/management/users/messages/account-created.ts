import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./account-created.de.js";
import { en } from "./account-created.en.js";
import { fr } from "./account-created.fr.js";

export const accountCreated: MessageTemplate = {
  name: "accountCreated",
  sentWhen: "the application's back end made an account for somebody; the code sets their password",
  requiredVariables: ["code", "link"],
  mail: { en, de, fr },
};
