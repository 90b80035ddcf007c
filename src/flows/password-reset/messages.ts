import type { MessageTemplate } from "../../domain/messaging/index.js";

const passwordReset: MessageTemplate = {
  name: "passwordReset",
  sentWhen: "a new password was requested for a user, or a sign-up by link was completed without one",
  requiredVariables: ["code", "link"],
  mail: {
    en: {
      subject: "{{ code }} is your code to set a new password at {{ appName }}",
      text: `You can choose a new password for your account at {{ appName }}.

Enter this code to choose it:

{{ code }}

It works for {{ minutes }} minutes. If you did not request this, ignore this message: your password stays as it is.

Or choose it on this page, within {{ linkMinutes }} minutes:
{{ link }}`,
      buttonLabel: "Choose a new password",
    },
    de: {
      subject: "{{ code }} ist Ihr Code für ein neues Passwort bei {{ appName }}",
      text: `Sie können ein neues Passwort für Ihr Konto bei {{ appName }} wählen.

Geben Sie diesen Code ein, um es zu wählen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie nichts angefordert haben, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.

Oder wählen Sie es auf dieser Seite, innerhalb von {{ linkMinutes }} Minuten:
{{ link }}`,
      buttonLabel: "Neues Passwort wählen",
    },
    fr: {
      subject: "{{ code }} est votre code pour choisir un nouveau mot de passe sur {{ appName }}",
      text: `Vous pouvez choisir un nouveau mot de passe pour votre compte {{ appName }}.

Saisissez ce code pour le choisir :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : votre mot de passe ne change pas.

Ou choisissez-le sur cette page, dans les {{ linkMinutes }} minutes :
{{ link }}`,
      buttonLabel: "Choisir un nouveau mot de passe",
    },
  },
};

/** Sent by a password change, which keeps the session of the request, and by a reset, which ends all sessions. */
const passwordChanged: MessageTemplate = {
  name: "passwordChanged",
  sentWhen: "a password was changed or reset",
  mail: {
    en: {
      subject: "Your password at {{ appName }} was changed",
      text: `The password of your account at {{ appName }} was just changed, and all other devices were logged out.

If this was not you, request a new password immediately.`,
    },
    de: {
      subject: "Ihr Passwort bei {{ appName }} wurde geändert",
      text: `Das Passwort Ihres Kontos bei {{ appName }} wurde soeben geändert, und alle anderen Geräte wurden abgemeldet.

Falls Sie das nicht waren, fordern Sie sofort ein neues Passwort an.`,
    },
    fr: {
      subject: "Votre mot de passe sur {{ appName }} a été modifié",
      text: `Le mot de passe de votre compte {{ appName }} vient d'être modifié et tous les autres appareils ont été déconnectés.

Si ce n'était pas vous, demandez immédiatement un nouveau mot de passe.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [passwordReset, passwordChanged];
