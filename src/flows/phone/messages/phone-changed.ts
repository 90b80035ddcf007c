import type { MessageTemplate } from "../../../domain/messaging/index.js";
import { de, deSms } from "./phone-changed.de.js";
import { en, enSms } from "./phone-changed.en.js";
import { fr, frSms } from "./phone-changed.fr.js";

export const phoneChanged: MessageTemplate = {
  name: "phoneChanged",
  sentWhen: "a user's phone number was set, changed or removed; by text message to the former number",
  requiredVariables: [],
  mail: { en, de, fr },
  sms: { en: enSms, de: deSms, fr: frSms },
};
