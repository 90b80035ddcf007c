import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Schließen Sie Ihre Registrierung bei {{ appName }} ab",
  text: `Willkommen bei {{ appName }}. Öffnen Sie diese Seite und drücken Sie dort den Knopf, um die Registrierung abzuschließen:

{{ link }}

Sie gilt {{ linkHours }} Stunden. Falls Sie sich nicht angemeldet haben, ignorieren Sie diese Nachricht: ohne den Knopf geschieht nichts.
`,
  html: `<p>Willkommen bei {{ appName }}. Öffnen Sie diese Seite und drücken Sie dort den Knopf, um die Registrierung abzuschließen:</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Registrierung abschließen</a></p>
<p>Sie gilt {{ linkHours }} Stunden. Falls Sie sich nicht angemeldet haben, ignorieren Sie diese Nachricht: ohne den Knopf geschieht nichts.</p>`,
};
