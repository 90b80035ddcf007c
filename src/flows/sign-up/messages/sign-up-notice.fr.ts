import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Vous avez déjà un compte sur {{ appName }}",
  text: `Quelqu'un, peut-être vous, a essayé de s'inscrire sur {{ appName }} avec cette adresse.

Vous avez déjà un compte : connectez-vous avec votre mot de passe, ou demandez-en un nouveau si vous l'avez oublié.

Si ce n'était pas vous, il n'y a rien à faire.
`,
  html: `<p>Quelqu'un, peut-être vous, a essayé de s'inscrire sur {{ appName }} avec cette adresse.</p>
<p>Vous avez déjà un compte : connectez-vous avec votre mot de passe, ou demandez-en un nouveau si vous l'avez oublié.</p>
<p>Si ce n'était pas vous, il n'y a rien à faire.</p>`,
};
