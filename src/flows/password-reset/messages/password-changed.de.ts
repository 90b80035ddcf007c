import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Passwort bei {{ appName }} wurde geändert",
  text: `Das Passwort Ihres Kontos bei {{ appName }} wurde soeben geändert, und alle Geräte wurden abgemeldet.

Falls Sie es nicht waren, fordern Sie sofort ein neues Passwort an.
`,
  html: `<p>Das Passwort Ihres Kontos bei {{ appName }} wurde soeben geändert, und alle Geräte wurden abgemeldet.</p>
<p>Falls Sie es nicht waren, fordern Sie sofort ein neues Passwort an.</p>`,
};
