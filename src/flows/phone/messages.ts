import type { MessageTemplate } from "../../domain/messaging/index.js";

const phoneCode: MessageTemplate = {
  name: "phoneCode",
  sentWhen: "a user enters a phone number",
  requiredVariables: ["code"],
  sms: {
    en: "{{ code }} is your code for {{ appName }}. It works for {{ minutes }} minutes. Do not share it with anyone.",
    de: "{{ code }} ist Ihr Code für {{ appName }}. Er gilt {{ minutes }} Minuten. Geben Sie ihn niemandem weiter.",
    fr: "{{ code }} est votre code pour {{ appName }}. Il est valable {{ minutes }} minutes. Ne le donnez à personne.",
  },
};

const phoneChanged: MessageTemplate = {
  name: "phoneChanged",
  sentWhen: "the phone number of a user was added, changed or removed; as a text message to the previous number",
  mail: {
    en: {
      subject: "The phone number of your account at {{ appName }} was changed",
      text: `The phone number of your account at {{ appName }} was added, changed or removed.

If this was not you, change your password and contact the operators of {{ appName }} immediately.`,
    },
    de: {
      subject: "Die Telefonnummer Ihres Kontos bei {{ appName }} wurde geändert",
      text: `Die Telefonnummer Ihres Kontos bei {{ appName }} wurde hinzugefügt, geändert oder entfernt.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort und wenden Sie sich bitte an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "Le numéro de téléphone de votre compte {{ appName }} a été modifié",
      text: `Le numéro de téléphone de votre compte {{ appName }} a été ajouté, modifié ou supprimé.

Si ce n'était pas vous, changez votre mot de passe et prévenez immédiatement les responsables de {{ appName }}.`,
    },
  },
  sms: {
    en: "The phone number of your account at {{ appName }} was changed or removed. If this was not you, change your password immediately.",
    de: "Die Telefonnummer Ihres Kontos bei {{ appName }} wurde geändert oder entfernt. Waren Sie das nicht, ändern Sie sofort Ihr Passwort.",
    fr: "Le numéro de votre compte {{ appName }} a été modifié ou supprimé. Si ce n'était pas vous, changez immédiatement votre mot de passe.",
  },
};

export const messages: readonly MessageTemplate[] = [phoneCode, phoneChanged];
