import type { MailContent } from "../../../domain/messaging/index.js";

export const fr: MailContent = {
  subject: "Votre compte {{ appName }} est supprimé",
  text: `Votre compte {{ appName }} et tout ce qui y était conservé à votre sujet ont été supprimés.

Si ce n'était pas vous, veuillez prévenir aussitôt les responsables de {{ appName }}.
`,
  html: `<p>Votre compte {{ appName }} et tout ce qui y était conservé à votre sujet ont été supprimés.</p>
<p>Si ce n'était pas vous, veuillez prévenir aussitôt les responsables de {{ appName }}.</p>`,
};
