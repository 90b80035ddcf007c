import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} is suspended",
  text: `The people behind {{ appName }} have suspended your account. You are logged out on all devices and cannot log in until they let you in again.

If you think this is a mistake, please write to them.
`,
  html: `<p>The people behind {{ appName }} have suspended your account. You are logged out on all devices and cannot log in until they let you in again.</p>
<p>If you think this is a mistake, please write to them.</p>`,
};
