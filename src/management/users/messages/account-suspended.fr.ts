import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} est suspendu",
  text: `Les responsables de {{ appName }} ont suspendu votre compte. Vous êtes déconnecté de tous vos appareils et ne pourrez pas vous connecter avant qu'il soit rouvert.

Si vous pensez qu'il s'agit d'une erreur, veuillez leur écrire.
`,
  html: `<p>Les responsables de {{ appName }} ont suspendu votre compte. Vous êtes déconnecté de tous vos appareils et ne pourrez pas vous connecter avant qu'il soit rouvert.</p>
<p>Si vous pensez qu'il s'agit d'une erreur, veuillez leur écrire.</p>`,
};
