import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Sie sind zu {{ appName }} eingeladen",
  text: `Sie wurden zu {{ appName }} eingeladen.

Geben Sie dort diesen Code ein, um die Einladung anzunehmen:

{{ code }}
{% if link != "" %}
Oder nehmen Sie sie hier an:
{{ link }}
{% endif %}
Er gilt {{ days }} Tage. Falls Sie nicht beitreten möchten, ignorieren Sie diese Nachricht: es geschieht nichts.
`,
  html: `<p>Sie wurden zu {{ appName }} eingeladen.</p>
<p>Geben Sie dort diesen Code ein, um die Einladung anzunehmen:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
{% if link != "" %}<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Einladung annehmen</a></p>{% endif %}
<p>Er gilt {{ days }} Tage. Falls Sie nicht beitreten möchten, ignorieren Sie diese Nachricht: es geschieht nichts.</p>`,
};
