import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "{{ code }} ist Ihr Code für {{ appName }}",
  text: `Sie möchten diese Adresse für Ihr Konto bei {{ appName }} verwenden.

Geben Sie diesen Code ein, um sie zu bestätigen:

{{ code }}

Er gilt {{ minutes }} Minuten. Falls Sie das nicht angefordert haben, ignorieren Sie diese Nachricht: es ändert sich nichts.
`,
  html: `<p>Sie möchten diese Adresse für Ihr Konto bei {{ appName }} verwenden.</p>
<p>Geben Sie diesen Code ein, um sie zu bestätigen:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Er gilt {{ minutes }} Minuten. Falls Sie das nicht angefordert haben, ignorieren Sie diese Nachricht: es ändert sich nichts.</p>`,
};
