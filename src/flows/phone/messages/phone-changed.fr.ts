import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Le numéro de téléphone de votre compte {{ appName }} a changé",
  text: `Le numéro de téléphone de votre compte {{ appName }} a été ajouté, modifié ou supprimé.

Si ce n'est pas vous, changez votre mot de passe et prévenez aussitôt l'équipe de {{ appName }}.
`,
  html: `<p>Le numéro de téléphone de votre compte {{ appName }} a été ajouté, modifié ou supprimé.</p>
<p>Si ce n'est pas vous, changez votre mot de passe et prévenez aussitôt l'équipe de {{ appName }}.</p>`,
};
export const frSms =
  "Le numéro de votre compte {{ appName }} a été modifié ou supprimé. Si ce n'est pas vous, changez aussitôt votre mot de passe.";
