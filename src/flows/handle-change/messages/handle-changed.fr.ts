import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "L'adresse de votre compte {{ appName }} a été modifiée",
  text: `Votre compte {{ appName }} a maintenant une autre adresse ; celle-ci ne l'ouvre plus.

Si ce n'était pas vous, veuillez prévenir aussitôt les responsables de {{ appName }}.
`,
  html: `<p>Votre compte {{ appName }} a maintenant une autre adresse ; celle-ci ne l'ouvre plus.</p>
<p>Si ce n'était pas vous, veuillez prévenir aussitôt les responsables de {{ appName }}.</p>`,
};
