import type { MessageTemplate } from "../../domain/messaging/index.js";

const invitation: MessageTemplate = {
  name: "invitation",
  sentWhen: "a user is invited, or an invitation is sent again",
  requiredVariables: ["code"],
  mail: {
    en: {
      subject: "You are invited to {{ appName }}",
      text: `You have been invited to join {{ appName }}.

Enter this code there to accept:

{{ code }}
{% if link != "" %}
Or accept here:
{{ link }}
{% endif %}
The invitation is valid for {{ days }} days. If you do not want to join, ignore this message: nothing happens.`,
      buttonLabel: "Accept the invitation",
    },
    de: {
      subject: "Sie sind zu {{ appName }} eingeladen",
      text: `Sie wurden zu {{ appName }} eingeladen.

Geben Sie dort diesen Code ein, um die Einladung anzunehmen:

{{ code }}
{% if link != "" %}
Oder nehmen Sie sie hier an:
{{ link }}
{% endif %}
Die Einladung gilt {{ days }} Tage. Falls Sie nicht beitreten möchten, ignorieren Sie diese Nachricht: Es geschieht nichts.`,
      buttonLabel: "Einladung annehmen",
    },
    fr: {
      subject: "Vous avez une invitation à rejoindre {{ appName }}",
      text: `Vous avez reçu une invitation à rejoindre {{ appName }}.

Saisissez-y ce code pour accepter :

{{ code }}
{% if link != "" %}
Ou acceptez ici :
{{ link }}
{% endif %}
L'invitation est valable {{ days }} jours. Si vous ne souhaitez pas l'accepter, ignorez ce message : rien ne se passe.`,
      buttonLabel: "Accepter l'invitation",
    },
  },
};

export const messages: readonly MessageTemplate[] = [invitation];
