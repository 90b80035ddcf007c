import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "{{ code }} est votre code pour {{ appName }}",
  text: `Vous souhaitez utiliser cette adresse pour votre compte {{ appName }}.

Saisissez ce code pour la confirmer :

{{ code }}

Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : rien ne change.
`,
  html: `<p>Vous souhaitez utiliser cette adresse pour votre compte {{ appName }}.</p>
<p>Saisissez ce code pour la confirmer :</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Il est valable {{ minutes }} minutes. Si vous n'avez rien demandé, ignorez ce message : rien ne change.</p>`,
};
