import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "{{ code }} ist Ihr Code für {{ appName }}",
  text: `Willkommen bei {{ appName }}.

Geben Sie diesen Code ein, um die Registrierung abzuschließen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie sich nicht registriert haben, ignorieren Sie diese Nachricht: Ohne den Code geschieht nichts.

Oder öffnen Sie diese Seite und drücken Sie dort den Knopf, innerhalb von {{ linkHours }} Stunden:
{{ link }}
`,
  html: `<p>Willkommen bei {{ appName }}.</p>
<p>Geben Sie diesen Code ein, um die Registrierung abzuschließen:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Er gilt {{ minutes }} Minuten. Falls Sie sich nicht registriert haben, ignorieren Sie diese Nachricht: Ohne den Code geschieht nichts.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Registrierung abschließen</a></p>`,
};
