import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Un code de récupération de votre compte {{ appName }} a été utilisé",
  text: `Un code de récupération a été utilisé à la place du second facteur de votre compte {{ appName }}. Il vous en reste {{ left }} ; à partir de trois, créez-en de nouveaux. Le second facteur reste tel quel.

Si ce n'était pas vous, changez immédiatement votre mot de passe et créez de nouveaux codes de récupération.
`,
  html: `<p>Un code de récupération a été utilisé à la place du second facteur de votre compte {{ appName }}. Il vous en reste {{ left }} ; à partir de trois, créez-en de nouveaux. Le second facteur reste tel quel.</p>
<p>Si ce n'était pas vous, changez immédiatement votre mot de passe et créez de nouveaux codes de récupération.</p>`,
};
