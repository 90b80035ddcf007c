import type { MessageTemplate } from "../../../domain/messaging/index.js";

export const phoneCode: MessageTemplate = {
  name: "phoneCode",
  sentWhen: "a user gives a phone number",
  requiredVariables: ["code"],
  sms: {
    en: "{{ code }} is your code for {{ appName }}. It works for {{ minutes }} minutes. Never pass it on.",
    de: "{{ code }} ist Ihr Code für {{ appName }}. Er gilt {{ minutes }} Minuten. Geben Sie ihn niemandem weiter.",
    fr: "{{ code }} est votre code pour {{ appName }}. Il est valable {{ minutes }} minutes. Ne le donnez à personne.",
  },
};
