import type { MessageTemplate } from "../../domain/messaging/index.js";

const signUpCode: MessageTemplate = {
  name: "signUpCode",
  sentWhen: "a user signs up by code, or requests the code again",
  requiredVariables: ["code", "link"],
  mail: {
    en: {
      subject: "{{ code }} is your code for {{ appName }}",
      text: `Welcome to {{ appName }}.

Enter this code to finish signing up:

{{ code }}

It works for {{ minutes }} minutes. If you did not sign up, ignore this message: without the code nothing happens.

Or open this page and press its button, within {{ linkHours }} hours:
{{ link }}`,
      buttonLabel: "Finish signing up",
    },
    de: {
      subject: "{{ code }} ist Ihr Code für {{ appName }}",
      text: `Willkommen bei {{ appName }}.

Geben Sie diesen Code ein, um die Registrierung abzuschließen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie sich nicht registriert haben, ignorieren Sie diese Nachricht: Ohne den Code geschieht nichts.

Oder öffnen Sie diese Seite und klicken Sie dort auf die Schaltfläche, innerhalb von {{ linkHours }} Stunden:
{{ link }}`,
      buttonLabel: "Registrierung abschließen",
    },
    fr: {
      subject: "{{ code }} est votre code pour {{ appName }}",
      text: `Bienvenue sur {{ appName }}.

Saisissez ce code pour terminer votre inscription :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous n'avez pas demandé d'inscription, ignorez ce message : sans le code, rien ne se passe.

Ou ouvrez cette page et appuyez sur son bouton, dans les {{ linkHours }} heures :
{{ link }}`,
      buttonLabel: "Terminer l'inscription",
    },
  },
};

const signUpLink: MessageTemplate = {
  name: "signUpLink",
  sentWhen: "a user signs up by link, or requests the link again",
  requiredVariables: ["link"],
  mail: {
    en: {
      subject: "Finish signing up at {{ appName }}",
      text: `Welcome to {{ appName }}. Open this page and press its button to finish signing up:

{{ link }}

It works for {{ linkHours }} hours. If you did not sign up, ignore this message: without the button nothing happens.`,
      buttonLabel: "Finish signing up",
    },
    de: {
      subject: "Schließen Sie Ihre Registrierung bei {{ appName }} ab",
      text: `Willkommen bei {{ appName }}. Öffnen Sie diese Seite und klicken Sie dort auf die Schaltfläche, um die Registrierung abzuschließen:

{{ link }}

Der Link gilt {{ linkHours }} Stunden. Falls Sie sich nicht registriert haben, ignorieren Sie diese Nachricht: Ohne die Schaltfläche geschieht nichts.`,
      buttonLabel: "Registrierung abschließen",
    },
    fr: {
      subject: "Terminez votre inscription sur {{ appName }}",
      text: `Bienvenue sur {{ appName }}. Ouvrez cette page et appuyez sur son bouton pour terminer votre inscription :

{{ link }}

Le lien est valable {{ linkHours }} heures. Si vous n'avez pas demandé d'inscription, ignorez ce message : sans le bouton, rien ne se passe.`,
      buttonLabel: "Terminer l'inscription",
    },
  },
};

const signUpNotice: MessageTemplate = {
  name: "signUpNotice",
  sentWhen: "a sign-up uses the address of an existing user; sent to that user",
  mail: {
    en: {
      subject: "You already have an account at {{ appName }}",
      text: `Someone, perhaps you, tried to sign up at {{ appName }} with this address.

You already have an account: log in with your password, or request a new one if you have forgotten it.

If it was not you, you do not need to do anything.`,
    },
    de: {
      subject: "Sie haben bereits ein Konto bei {{ appName }}",
      text: `Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse bei {{ appName }} registrieren.

Sie haben bereits ein Konto: Melden Sie sich mit Ihrem Passwort an, oder fordern Sie ein neues an, wenn Sie es vergessen haben.

Falls Sie es nicht waren, brauchen Sie nichts zu tun.`,
    },
    fr: {
      subject: "Vous avez déjà un compte sur {{ appName }}",
      text: `Quelqu'un, peut-être vous, a essayé de s'inscrire sur {{ appName }} avec cette adresse.

Vous avez déjà un compte : connectez-vous avec votre mot de passe, ou demandez-en un nouveau si vous l'avez oublié.

Si ce n'était pas vous, vous n'avez rien à faire.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [signUpCode, signUpLink, signUpNotice];
