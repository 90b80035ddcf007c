import type { MessageTemplate } from "../../domain/messaging/index.js";

const accountCreated: MessageTemplate = {
  name: "accountCreated",
  sentWhen: "the back end of the application created an account; the user chooses a password with the code",
  requiredVariables: ["code", "link"],
  mail: {
    en: {
      subject: "Your account at {{ appName }} is ready",
      text: `{{ appName }} has created an account for you, with the address {{ handle }}.

Enter this code to choose your password:

{{ code }}

It works for {{ minutes }} minutes; after that, request a new one with "Forgot password". If you do not want the account, ignore this message: nobody can log in to it without access to this mailbox.

Or choose it on this page, within {{ linkMinutes }} minutes:
{{ link }}`,
      buttonLabel: "Choose your password",
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} ist bereit",
      text: `{{ appName }} hat für die Adresse {{ handle }} ein Konto für Sie angelegt.

Geben Sie diesen Code ein, um Ihr Passwort zu wählen:

{{ code }}

Er gilt {{ minutes }} Minuten; danach erhalten Sie mit „Passwort vergessen“ einen neuen. Falls Sie das Konto nicht möchten, ignorieren Sie diese Nachricht: Ohne Zugang zu diesem Postfach kann sich niemand anmelden.

Oder wählen Sie es auf dieser Seite, innerhalb von {{ linkMinutes }} Minuten:
{{ link }}`,
      buttonLabel: "Passwort wählen",
    },
    fr: {
      subject: "Votre compte {{ appName }} est prêt",
      text: `{{ appName }} a créé un compte pour vous, avec l'adresse {{ handle }}.

Saisissez ce code pour choisir votre mot de passe :

{{ code }}

Il est valable {{ minutes }} minutes ; ensuite, demandez-en un nouveau avec « Mot de passe oublié ». Si vous ne voulez pas de ce compte, ignorez ce message : personne ne peut s'y connecter sans accès à cette boîte aux lettres.

Ou choisissez-le sur cette page, dans les {{ linkMinutes }} minutes :
{{ link }}`,
      buttonLabel: "Choisir votre mot de passe",
    },
  },
};

const accountSuspended: MessageTemplate = {
  name: "accountSuspended",
  sentWhen: "the back end of the application suspended a user",
  mail: {
    en: {
      subject: "Your account at {{ appName }} is suspended",
      text: `The operators of {{ appName }} have suspended your account. You are logged out on all devices and cannot log in until they reactivate it.

If you think this is a mistake, please contact them.`,
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} ist gesperrt",
      text: `Die Betreiber von {{ appName }} haben Ihr Konto gesperrt. Sie sind auf allen Geräten abgemeldet und können sich nicht anmelden, bis es wieder freigegeben wird.

Falls das ein Irrtum ist, wenden Sie sich bitte an sie.`,
    },
    fr: {
      subject: "Votre compte {{ appName }} est suspendu",
      text: `Les responsables de {{ appName }} ont suspendu votre compte. Tous vos appareils sont déconnectés et vous ne pourrez pas vous connecter avant qu'il soit rouvert.

Si vous pensez qu'il s'agit d'une erreur, veuillez les contacter.`,
    },
  },
};

const accountActivated: MessageTemplate = {
  name: "accountActivated",
  sentWhen: "the back end of the application reactivated a suspended user",
  mail: {
    en: {
      subject: "Your account at {{ appName }} is open again",
      text: `Your account at {{ appName }} is no longer suspended. You can log in as before.

Your password has not changed.`,
    },
    de: {
      subject: "Ihr Konto bei {{ appName }} ist wieder freigegeben",
      text: `Ihr Konto bei {{ appName }} ist nicht mehr gesperrt. Sie können sich wie zuvor anmelden.

Ihr Passwort ist unverändert.`,
    },
    fr: {
      subject: "Votre compte {{ appName }} est rouvert",
      text: `Votre compte {{ appName }} n'est plus suspendu. Vous pouvez vous connecter comme avant.

Votre mot de passe n'a pas changé.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [accountCreated, accountSuspended, accountActivated];
