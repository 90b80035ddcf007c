import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Quelqu'un connaît votre mot de passe {{ appName }}",
  text: `Quelqu'un a donné le bon mot de passe de votre compte {{ appName }}, puis plusieurs codes incorrects pour le second facteur. Cette personne n'est pas entrée.

Si ce n'était pas vous, changez votre mot de passe : quelqu'un d'autre le connaît. Si c'était vous, patientez un peu ou utilisez un code de récupération.
`,
  html: `<p>Quelqu'un a donné le bon mot de passe de votre compte {{ appName }}, puis plusieurs codes incorrects pour le second facteur. Cette personne n'est pas entrée.</p>
<p>Si ce n'était pas vous, changez votre mot de passe : quelqu'un d'autre le connaît. Si c'était vous, patientez un peu ou utilisez un code de récupération.</p>`,
};
