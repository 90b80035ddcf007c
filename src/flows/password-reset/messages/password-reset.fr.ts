import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "{{ code }} est votre code pour choisir un nouveau mot de passe sur {{ appName }}",
  text: `Vous, ou quelqu'un qui connaît votre adresse, avez demandé un nouveau mot de passe sur {{ appName }}.

Saisissez ce code pour en choisir un :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : votre mot de passe ne change pas.

Ou choisissez-en un sur cette page, dans les {{ linkMinutes }} minutes :
{{ link }}
`,
  html: `<p>Vous, ou quelqu'un qui connaît votre adresse, avez demandé un nouveau mot de passe sur {{ appName }}.</p>
<p>Saisissez ce code pour en choisir un :</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : votre mot de passe ne change pas.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Choisir un nouveau mot de passe</a></p>`,
};
