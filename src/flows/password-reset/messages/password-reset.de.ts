import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "{{ code }} ist Ihr Code für ein neues Passwort bei {{ appName }}",
  text: `Sie, oder jemand, der Ihre Adresse kennt, hat bei {{ appName }} ein neues Passwort angefordert.

Geben Sie diesen Code ein, um eines zu wählen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie nichts angefordert haben, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.

Oder wählen Sie eines auf dieser Seite, innerhalb von {{ linkMinutes }} Minuten:
{{ link }}
`,
  html: `<p>Sie, oder jemand, der Ihre Adresse kennt, hat bei {{ appName }} ein neues Passwort angefordert.</p>
<p>Geben Sie diesen Code ein, um eines zu wählen:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Er gilt {{ minutes }} Minuten. Falls Sie nichts angefordert haben, ignorieren Sie diese Nachricht: Ihr Passwort bleibt, wie es ist.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Neues Passwort wählen</a></p>`,
};
