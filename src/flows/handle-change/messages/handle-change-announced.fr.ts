import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "L'adresse de votre compte {{ appName }} va changer",
  text: `Quelqu'un de connecté à votre compte {{ appName }} a demandé à en changer l'adresse. Elle changera une fois la nouvelle adresse confirmée.

Si ce n'était pas vous, changez aussitôt votre mot de passe : cela met fin à toutes les autres sessions.
`,
  html: `<p>Quelqu'un de connecté à votre compte {{ appName }} a demandé à en changer l'adresse. Elle changera une fois la nouvelle adresse confirmée.</p>
<p>Si ce n'était pas vous, changez aussitôt votre mot de passe : cela met fin à toutes les autres sessions.</p>`,
};
