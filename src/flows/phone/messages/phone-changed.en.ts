import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "The phone number of your account at {{ appName }} was changed",
  text: `The phone number of your account at {{ appName }} was set, changed or removed.

If it was not you, change your password and tell the people behind {{ appName }} at once.
`,
  html: `<p>The phone number of your account at {{ appName }} was set, changed or removed.</p>
<p>If it was not you, change your password and tell the people behind {{ appName }} at once.</p>`,
};
export const enSms =
  "The phone number of your account at {{ appName }} was changed or removed. If it was not you, change your password at once.";
