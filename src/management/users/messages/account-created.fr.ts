import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} est prêt",
  text: `{{ appName }} a créé un compte pour vous, pour l'adresse {{ handle }}.

Saisissez ce code pour choisir votre mot de passe :

{{ code }}

Il est valable {{ minutes }} minutes ; ensuite, demandez-en un nouveau avec « Mot de passe oublié ». Si vous ne voulez pas de ce compte, ignorez ce message : personne ne peut s'y connecter sans cette boîte aux lettres.

Ou choisissez-en un sur cette page, dans les {{ linkMinutes }} minutes :
{{ link }}
`,
  html: `<p>{{ appName }} a créé un compte pour vous, pour l'adresse {{ handle }}.</p>
<p>Saisissez ce code pour choisir votre mot de passe :</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>Il est valable {{ minutes }} minutes ; ensuite, demandez-en un nouveau avec « Mot de passe oublié ». Si vous ne voulez pas de ce compte, ignorez ce message : personne ne peut s'y connecter sans cette boîte aux lettres.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Choisir votre mot de passe</a></p>`,
};
