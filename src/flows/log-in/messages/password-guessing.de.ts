import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Jemand probiert Passwörter für Ihr Konto bei {{ appName }}",
  text: `Jemand hat viele falsche Passwörter für Ihr Konto bei {{ appName }} probiert. Keines hat gestimmt, und die Anmeldung von unbekannten Geräten ist für eine Weile geschlossen.

Ihre Geräte bleiben angemeldet, und Sie können sich auf ihnen anmelden wie bisher. Falls nicht, fordern Sie ein neues Passwort an: das öffnet Ihr Konto sofort wieder.
`,
  html: `<p>Jemand hat viele falsche Passwörter für Ihr Konto bei {{ appName }} probiert. Keines hat gestimmt, und die Anmeldung von unbekannten Geräten ist für eine Weile geschlossen.</p>
<p>Ihre Geräte bleiben angemeldet, und Sie können sich auf ihnen anmelden wie bisher. Falls nicht, fordern Sie ein neues Passwort an: das öffnet Ihr Konto sofort wieder.</p>`,
};
