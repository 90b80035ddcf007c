import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Quelqu'un souhaite utiliser votre adresse chez {{ appName }}",
  text: `Quelqu'un a voulu utiliser cette adresse pour un compte {{ appName }}. Vous avez déjà un compte avec elle, rien n'a donc changé.

Si c'était vous : connectez-vous avec cette adresse.
`,
  html: `<p>Quelqu'un a voulu utiliser cette adresse pour un compte {{ appName }}. Vous avez déjà un compte avec elle, rien n'a donc changé.</p>
<p>Si c'était vous : connectez-vous avec cette adresse.</p>`,
};
