import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./sign-up-link.de.js";
import { en } from "./sign-up-link.en.js";
import { fr } from "./sign-up-link.fr.js";

export const signUpLink: MessageTemplate = {
  name: "signUpLink",
  sentWhen: "somebody signs up by link, or asks for the link again",
  requiredVariables: ["link"],
  mail: { en, de, fr },
};
