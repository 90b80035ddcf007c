import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "A second factor of your account at {{ appName }} is off",
  text: `A second factor of your account at {{ appName }} ({{ factor }}) was turned off, by you or by {{ appName }} on your request. All other sessions have ended.

If you know nothing of it, change your password at once and tell {{ appName }}.
`,
  html: `<p>A second factor of your account at {{ appName }} ({{ factor }}) was turned off, by you or by {{ appName }} on your request. All other sessions have ended.</p>
<p>If you know nothing of it, change your password at once and tell {{ appName }}.</p>`,
};
