import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de } from "./handle-change-notice.de.js";
import { en } from "./handle-change-notice.en.js";
import { fr } from "./handle-change-notice.fr.js";

export const handleChangeNotice: MessageTemplate = {
  name: "handleChangeNotice",
  sentWhen: "a user wants to use the address of another user; goes to that one",
  requiredVariables: [],
  mail: { en, de, fr },
};
