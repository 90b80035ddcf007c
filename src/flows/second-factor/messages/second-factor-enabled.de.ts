import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} hat jetzt einen zweiten Faktor",
  text: `Ab jetzt verlangt die Anmeldung bei {{ appName }} einen zweiten Faktor ({{ factor }}). Alle anderen Sitzungen sind beendet. Bewahren Sie die angezeigten Wiederherstellungscodes sicher auf: mit ihnen kommen Sie hinein, falls Sie ihn verlieren.

Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.
`,
  html: `<p>Ab jetzt verlangt die Anmeldung bei {{ appName }} einen zweiten Faktor ({{ factor }}). Alle anderen Sitzungen sind beendet. Bewahren Sie die angezeigten Wiederherstellungscodes sicher auf: mit ihnen kommen Sie hinein, falls Sie ihn verlieren.</p>
<p>Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.</p>`,
};
