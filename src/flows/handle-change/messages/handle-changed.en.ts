import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "The address of your account at {{ appName }} was changed",
  text: `Your account at {{ appName }} now has another address; this one no longer opens it.

If it was not you, please tell the people behind {{ appName }} at once.
`,
  html: `<p>Your account at {{ appName }} now has another address; this one no longer opens it.</p>
<p>If it was not you, please tell the people behind {{ appName }} at once.</p>`,
};
