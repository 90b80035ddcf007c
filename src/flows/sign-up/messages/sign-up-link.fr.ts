import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Terminez votre inscription à {{ appName }}",
  text: `Bienvenue chez {{ appName }}. Ouvrez cette page et appuyez sur son bouton pour terminer l'inscription :

{{ link }}

Elle est valable {{ linkHours }} heures. Si vous ne vous êtes pas inscrit, ignorez ce message : sans le bouton, rien ne se passe.
`,
  html: `<p>Bienvenue chez {{ appName }}. Ouvrez cette page et appuyez sur son bouton pour terminer l'inscription :</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Terminer l'inscription</a></p>
<p>Elle est valable {{ linkHours }} heures. Si vous ne vous êtes pas inscrit, ignorez ce message : sans le bouton, rien ne se passe.</p>`,
};
