import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./password-guessing.de.js";
import { en } from "./password-guessing.en.js";
import { fr } from "./password-guessing.fr.js";

export const passwordGuessing: MessageTemplate = {
  name: "passwordGuessing",
  sentWhen: "strangers have tried many passwords for a user",
  requiredVariables: [],
  mail: { en, de, fr },
};
