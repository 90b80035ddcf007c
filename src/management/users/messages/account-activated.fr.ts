import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} est rouvert",
  text: `Votre compte {{ appName }} n'est plus suspendu. Vous pouvez vous connecter comme avant.

Votre mot de passe n'a pas changé.
`,
  html: `<p>Votre compte {{ appName }} n'est plus suspendu. Vous pouvez vous connecter comme avant.</p>
<p>Votre mot de passe n'a pas changé.</p>`,
};
