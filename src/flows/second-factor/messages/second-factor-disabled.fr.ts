import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Un second facteur de votre compte {{ appName }} est désactivé",
  text: `Un second facteur de votre compte {{ appName }} ({{ factor }}) a été désactivé, par vous ou par {{ appName }} à votre demande. Toutes les autres sessions sont terminées.

Si vous n'en savez rien, changez immédiatement votre mot de passe et prévenez {{ appName }}.
`,
  html: `<p>Un second facteur de votre compte {{ appName }} ({{ factor }}) a été désactivé, par vous ou par {{ appName }} à votre demande. Toutes les autres sessions sont terminées.</p>
<p>Si vous n'en savez rien, changez immédiatement votre mot de passe et prévenez {{ appName }}.</p>`,
};
