import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./handle-change-announced.de.js";
import { en } from "./handle-change-announced.en.js";
import { fr } from "./handle-change-announced.fr.js";

export const handleChangeAnnounced: MessageTemplate = {
  name: "handleChangeAnnounced",
  sentWhen: "a user wants to use another address; goes to the address used so far",
  requiredVariables: [],
  mail: { en, de, fr },
};
