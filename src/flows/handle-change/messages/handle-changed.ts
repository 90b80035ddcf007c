import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./handle-changed.de.js";
import { en } from "./handle-changed.en.js";
import { fr } from "./handle-changed.fr.js";

export const handleChanged: MessageTemplate = {
  name: "handleChanged",
  sentWhen: "the address of a user was changed; goes to the former address",
  requiredVariables: [],
  mail: { en, de, fr },
};
