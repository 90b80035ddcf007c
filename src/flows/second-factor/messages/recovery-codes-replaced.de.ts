import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} hat neue Wiederherstellungscodes",
  text: `Für Ihr Konto bei {{ appName }} wurden neue Wiederherstellungscodes erzeugt. Alle älteren sind ungültig.

Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.
`,
  html: `<p>Für Ihr Konto bei {{ appName }} wurden neue Wiederherstellungscodes erzeugt. Alle älteren sind ungültig.</p>
<p>Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.</p>`,
};
