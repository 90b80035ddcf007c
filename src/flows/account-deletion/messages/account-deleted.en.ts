import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} is deleted",
  text: `Your account at {{ appName }} and everything kept about you there have been deleted.

If it was not you, please tell the people behind {{ appName }} at once.
`,
  html: `<p>Your account at {{ appName }} and everything kept about you there have been deleted.</p>
<p>If it was not you, please tell the people behind {{ appName }} at once.</p>`,
};
