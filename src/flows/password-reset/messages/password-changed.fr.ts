import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre mot de passe sur {{ appName }} a été modifié",
  text: `Le mot de passe de votre compte sur {{ appName }} vient d'être modifié et tous les appareils ont été déconnectés.

Si ce n'était pas vous, demandez immédiatement un nouveau mot de passe.
`,
  html: `<p>Le mot de passe de votre compte sur {{ appName }} vient d'être modifié et tous les appareils ont été déconnectés.</p>
<p>Si ce n'était pas vous, demandez immédiatement un nouveau mot de passe.</p>`,
};
