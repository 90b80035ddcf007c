import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "A recovery code of your account at {{ appName }} was used",
  text: `A recovery code was used in the place of the second factor of your account at {{ appName }}. You have {{ left }} left; with three or fewer, make new ones. The second factor stays as it is.

If this was not you, change your password at once and make new recovery codes.
`,
  html: `<p>A recovery code was used in the place of the second factor of your account at {{ appName }}. You have {{ left }} left; with three or fewer, make new ones. The second factor stays as it is.</p>
<p>If this was not you, change your password at once and make new recovery codes.</p>`,
};
