import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your password at {{ appName }} was changed",
  text: `The password of your account at {{ appName }} was just changed, and all devices were logged out.

If it was not you, ask for a new password at once.
`,
  html: `<p>The password of your account at {{ appName }} was just changed, and all devices were logged out.</p>
<p>If it was not you, ask for a new password at once.</p>`,
};
