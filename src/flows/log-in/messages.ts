import type { MessageTemplate } from "../../domain/messaging/index.js";

const passwordGuessing: MessageTemplate = {
  name: "passwordGuessing",
  sentWhen: "many log-ins of a user from unrecognised clients have failed",
  mail: {
    en: {
      subject: "Someone is trying passwords for your account at {{ appName }}",
      text: `Someone has tried many wrong passwords for your account at {{ appName }}. None of them worked, and log-in from unknown devices is blocked for a while.

Your own devices stay logged in, and you can log in on them as before. If you cannot, request a new password: this unblocks your account immediately.`,
    },
    de: {
      subject: "Jemand probiert Passwörter für Ihr Konto bei {{ appName }}",
      text: `Jemand hat viele falsche Passwörter für Ihr Konto bei {{ appName }} probiert. Keines hat gestimmt, und die Anmeldung von unbekannten Geräten ist für eine Weile gesperrt.

Ihre Geräte bleiben angemeldet, und Sie können sich auf ihnen anmelden wie bisher. Falls das nicht gelingt, fordern Sie ein neues Passwort an: Das hebt die Sperre sofort auf.`,
    },
    fr: {
      subject: "Quelqu'un essaie des mots de passe pour votre compte {{ appName }}",
      text: `Quelqu'un a essayé de nombreux mots de passe incorrects pour votre compte {{ appName }}. Aucun n'était le bon, et la connexion depuis des appareils inconnus est bloquée pendant un moment.

Vos appareils restent connectés et vous pouvez vous y connecter comme avant. Si vous n'y parvenez pas, demandez un nouveau mot de passe : votre compte sera débloqué immédiatement.`,
    },
  },
};

export const messages: readonly MessageTemplate[] = [passwordGuessing];
