import type { MessageTemplate } from "../../domain/messaging/index.js";

const handleChangeAnnounced: MessageTemplate = {
  name: "handleChangeAnnounced",
  sentWhen: "a user requests a change of address; sent to the current address",
  mail: {
    en: {
      subject: "The address of your account at {{ appName }} is about to change",
      text: `Someone who is logged in to your account at {{ appName }} asked to change its address. It changes once the new address is confirmed.

If this was not you, change your password immediately: this ends all other sessions.`,
    },
    de: {
      subject: "Die Adresse Ihres Kontos bei {{ appName }} soll geändert werden",
      text: `Jemand, der in Ihrem Konto bei {{ appName }} angemeldet ist, möchte dessen Adresse ändern. Sie ändert sich, sobald die neue Adresse bestätigt ist.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort: Das beendet alle anderen Sitzungen.`,
    },
    fr: {
      subject: "L'adresse de votre compte {{ appName }} va changer",
      text: `Une personne connectée à votre compte {{ appName }} a demandé à en changer l'adresse. Elle changera une fois la nouvelle adresse confirmée.

Si ce n'était pas vous, changez immédiatement votre mot de passe : cela met fin à toutes les autres sessions.`,
    },
  },
};

const handleChangeCode: MessageTemplate = {
  name: "handleChangeCode",
  sentWhen: "a user requests a change of address; sent to the new address",
  requiredVariables: ["code"],
  mail: {
    en: {
      subject: "{{ code }} is your code for {{ appName }}",
      text: `You are about to use this address for your account at {{ appName }}.

Enter this code to confirm it:

{{ code }}

It works for {{ minutes }} minutes. If you did not request this, ignore this message: nothing changes.`,
    },
    de: {
      subject: "{{ code }} ist Ihr Code für {{ appName }}",
      text: `Sie möchten diese Adresse für Ihr Konto bei {{ appName }} verwenden.

Geben Sie diesen Code ein, um sie zu bestätigen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie das nicht angefordert haben, ignorieren Sie diese Nachricht: Es ändert sich nichts.`,
    },
    fr: {
      subject: "{{ code }} est votre code pour {{ appName }}",
      text: `Vous souhaitez utiliser cette adresse pour votre compte {{ appName }}.

Saisissez ce code pour la confirmer :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : rien ne change.`,
    },
  },
};

const handleChangeNotice: MessageTemplate = {
  name: "handleChangeNotice",
  sentWhen: "a user requests a change to the address of another user; sent to that other user",
  mail: {
    en: {
      subject: "Someone wants to use your address at {{ appName }}",
      text: `Someone tried to use this address for another account at {{ appName }}. You already have an account with it, so nothing has changed.

If it was you, log in with this address instead.`,
    },
    de: {
      subject: "Jemand möchte Ihre Adresse bei {{ appName }} verwenden",
      text: `Jemand wollte diese Adresse für ein anderes Konto bei {{ appName }} verwenden. Sie haben damit bereits ein Konto, es hat sich also nichts geändert.

Falls Sie es waren, melden Sie sich bitte mit dieser Adresse an.`,
    },
    fr: {
      subject: "Quelqu'un souhaite utiliser votre adresse sur {{ appName }}",
      text: `Quelqu'un a voulu utiliser cette adresse pour un autre compte {{ appName }}. Vous avez déjà un compte avec cette adresse, rien n'a donc changé.

Si c'était vous, connectez-vous avec cette adresse.`,
    },
  },
};

const handleChanged: MessageTemplate = {
  name: "handleChanged",
  sentWhen: "the address of a user was changed; sent to the previous address",
  mail: {
    en: {
      subject: "The address of your account at {{ appName }} was changed",
      text: `Your account at {{ appName }} now has another address. You can no longer log in with this one.

If this was not you, please contact the operators of {{ appName }} immediately.`,
    },
    de: {
      subject: "Die Adresse Ihres Kontos bei {{ appName }} wurde geändert",
      text: `Ihr Konto bei {{ appName }} hat jetzt eine andere Adresse. Mit dieser können Sie sich nicht mehr anmelden.

Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.`,
    },
    fr: {
      subject: "L'adresse de votre compte {{ appName }} a été modifiée",
      text: `Votre compte {{ appName }} a maintenant une autre adresse. Vous ne pouvez plus vous connecter avec celle-ci.

Si ce n'était pas vous, veuillez prévenir immédiatement les responsables de {{ appName }}.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [handleChangeAnnounced, handleChangeCode, handleChangeNotice, handleChanged];
