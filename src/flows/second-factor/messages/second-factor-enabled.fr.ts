import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} a désormais un second facteur",
  text: `Désormais, la connexion à votre compte {{ appName }} demande un second facteur ({{ factor }}). Toutes les autres sessions sont terminées. Gardez en lieu sûr les codes de récupération affichés : ils vous permettront d'entrer si vous le perdez.

Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez {{ appName }}.
`,
  html: `<p>Désormais, la connexion à votre compte {{ appName }} demande un second facteur ({{ factor }}). Toutes les autres sessions sont terminées. Gardez en lieu sûr les codes de récupération affichés : ils vous permettront d'entrer si vous le perdez.</p>
<p>Si ce n'était pas vous, changez immédiatement votre mot de passe et prévenez {{ appName }}.</p>`,
};
