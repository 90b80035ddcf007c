import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./sign-up-code.de.js";
import { en } from "./sign-up-code.en.js";
import { fr } from "./sign-up-code.fr.js";

export const signUpCode: MessageTemplate = {
  name: "signUpCode",
  sentWhen: "somebody signs up by code, or asks for the code again",
  requiredVariables: ["code", "link"],
  mail: { en, de, fr },
};
