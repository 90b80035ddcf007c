import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "You are invited to {{ appName }}",
  text: `You have been invited to join {{ appName }}.

Enter this code there to accept:

{{ code }}
{% if link != "" %}
Or accept here:
{{ link }}
{% endif %}
It works for {{ days }} days. If you do not want to join, ignore this message: nothing happens.
`,
  html: `<p>You have been invited to join {{ appName }}.</p>
<p>Enter this code there to accept:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
{% if link != "" %}<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Accept the invitation</a></p>{% endif %}
<p>It works for {{ days }} days. If you do not want to join, ignore this message: nothing happens.</p>`,
};
