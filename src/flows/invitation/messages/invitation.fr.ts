import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Vous êtes invité à rejoindre {{ appName }}",
  text: `Vous avez été invité à rejoindre {{ appName }}.

Saisissez-y ce code pour accepter :

{{ code }}
{% if link != "" %}
Ou acceptez ici :
{{ link }}
{% endif %}
Il est valable {{ days }} jours. Si vous ne souhaitez pas nous rejoindre, ignorez ce message : rien ne se passe.
`,
  html: `<p>Vous avez été invité à rejoindre {{ appName }}.</p>
<p>Saisissez-y ce code pour accepter :</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
{% if link != "" %}<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Accepter l'invitation</a></p>{% endif %}
<p>Il est valable {{ days }} jours. Si vous ne souhaitez pas nous rejoindre, ignorez ce message : rien ne se passe.</p>`,
};
