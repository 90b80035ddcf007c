import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./handle-change-code.de.js";
import { en } from "./handle-change-code.en.js";
import { fr } from "./handle-change-code.fr.js";

export const handleChangeCode: MessageTemplate = {
  name: "handleChangeCode",
  sentWhen: "a user wants to use another address; goes to that address",
  requiredVariables: ["code"],
  mail: { en, de, fr },
};
