import type { MessageTemplate } from "../../domain/messaging/index.js";

const accountDeleted: MessageTemplate = {
  name: "accountDeleted",
  sentWhen: "an account was deleted",
  mail: {
    en: {
      subject: "Your account at {{ appName }} is deleted",
      text: `Your account at {{ appName }} and the data stored with it have been deleted.

If this was not you, please contact the operators of {{ appName }} immediately.`,
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} ist gelöscht",
      text: `Ihr Konto bei {{ appName }} und die damit gespeicherten Daten wurden gelöscht.

Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "Votre compte {{ appName }} est supprimé",
      text: `Votre compte {{ appName }} et les données qui y étaient enregistrées ont été supprimés.

Si ce n'était pas vous, veuillez prévenir immédiatement les responsables de {{ appName }}.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [accountDeleted];
