import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} a de nouveaux codes de récupération",
  text: `De nouveaux codes de récupération ont été créés pour votre compte {{ appName }}. Tous les anciens sont annulés.

Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez {{ appName }}.
`,
  html: `<p>De nouveaux codes de récupération ont été créés pour votre compte {{ appName }}. Tous les anciens sont annulés.</p>
<p>Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez {{ appName }}.</p>`,
};
