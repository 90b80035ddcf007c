import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} ist bereit",
  text: `{{ appName }} hat für die Adresse {{ handle }} ein Konto für Sie angelegt.

Geben Sie diesen Code ein, um Ihr Passwort zu wählen:

{{ code }}

Er gilt {{ minutes }} Minuten; danach erhalten Sie mit „Passwort vergessen“ einen neuen. Falls Sie das Konto nicht möchten, ignorieren Sie diese Nachricht: ohne dieses Postfach kann sich niemand anmelden.

Oder wählen Sie eines auf dieser Seite, innerhalb von {{ linkMinutes }} Minuten:
{{ link }}
`,
  html: `<p>{{ appName }} hat für die Adresse {{ handle }} ein Konto für Sie angelegt.</p>
<p>Geben Sie diesen Code ein, um Ihr Passwort zu wählen:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Er gilt {{ minutes }} Minuten; danach erhalten Sie mit „Passwort vergessen“ einen neuen. Falls Sie das Konto nicht möchten, ignorieren Sie diese Nachricht: ohne dieses Postfach kann sich niemand anmelden.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Passwort wählen</a></p>`,
};
