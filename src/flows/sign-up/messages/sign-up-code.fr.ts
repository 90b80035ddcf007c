import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "{{ code }} est votre code pour {{ appName }}",
  text: `Bienvenue sur {{ appName }}.

Saisissez ce code pour terminer votre inscription :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous ne vous êtes pas inscrit, ignorez ce message : sans le code, il ne se passe rien.

Ou ouvrez cette page et appuyez sur son bouton, dans les {{ linkHours }} heures :
{{ link }}
`,
  html: `<p>Bienvenue sur {{ appName }}.</p>
<p>Saisissez ce code pour terminer votre inscription :</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Il est valable {{ minutes }} minutes. Si vous ne vous êtes pas inscrit, ignorez ce message : sans le code, il ne se passe rien.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Terminer l'inscription</a></p>`,
};
