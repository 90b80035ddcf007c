import type { MessageTemplate } from "../../../domain/messaging/index.js";

export const secondFactorCode: MessageTemplate = {
  name: "secondFactorCode",
  sentWhen: "a user whose second factor is the phone gave the right password",
  requiredVariables: ["code"],
  sms: {
    en: "{{ code }} is your code to log in to {{ appName }}. It works for {{ minutes }} minutes. Never pass it on.",
    de: "{{ code }} ist Ihr Code zur Anmeldung bei {{ appName }}. Er gilt {{ minutes }} Minuten. Geben Sie ihn niemandem weiter.",
    fr: "{{ code }} est votre code de connexion à {{ appName }}. Il est valable {{ minutes }} minutes. Ne le donnez à personne.",
  },
};
