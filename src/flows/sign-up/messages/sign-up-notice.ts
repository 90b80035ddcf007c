import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./sign-up-notice.de.js";
import { en } from "./sign-up-notice.en.js";
import { fr } from "./sign-up-notice.fr.js";

export const signUpNotice: MessageTemplate = {
  name: "signUpNotice",
  sentWhen: "somebody signs up with the address of a user",
  requiredVariables: [],
  mail: { en, de, fr },
};
