import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Quelqu'un essaie des mots de passe pour votre compte {{ appName }}",
  text: `Quelqu'un a essayé de nombreux mots de passe incorrects pour votre compte {{ appName }}. Aucun n'était le bon, et la connexion depuis des appareils inconnus est fermée pour un moment.

Vos appareils restent connectés et vous pouvez vous y connecter comme avant. Sinon, demandez un nouveau mot de passe : votre compte s'ouvrira aussitôt.
`,
  html: `<p>Quelqu'un a essayé de nombreux mots de passe incorrects pour votre compte {{ appName }}. Aucun n'était le bon, et la connexion depuis des appareils inconnus est fermée pour un moment.</p>
<p>Vos appareils restent connectés et vous pouvez vous y connecter comme avant. Sinon, demandez un nouveau mot de passe : votre compte s'ouvrira aussitôt.</p>`,
};
