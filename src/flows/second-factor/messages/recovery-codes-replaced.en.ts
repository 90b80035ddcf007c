import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} has new recovery codes",
  text: `New recovery codes were made for your account at {{ appName }}. All older ones are void.

If this was not you, change your password at once and tell {{ appName }}.
`,
  html: `<p>New recovery codes were made for your account at {{ appName }}. All older ones are void.</p>
<p>If this was not you, change your password at once and tell {{ appName }}.</p>`,
};
