import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./account-suspended.de.js";
import { en } from "./account-suspended.en.js";
import { fr } from "./account-suspended.fr.js";

export const accountSuspended: MessageTemplate = {
  name: "accountSuspended",
  sentWhen: "the application's back end suspended a user",
  requiredVariables: [],
  mail: { en, de, fr },
};
