import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} is open again",
  text: `Your account at {{ appName }} is no longer suspended. You can log in as before.

Your password has not changed.
`,
  html: `<p>Your account at {{ appName }} is no longer suspended. You can log in as before.</p>
<p>Your password has not changed.</p>`,
};
