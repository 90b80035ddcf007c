import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Somebody wants to use your address at {{ appName }}",
  text: `Somebody tried to use this address for an account at {{ appName }}. You have an account with it already, so nothing has changed.

If it was you: log in with this address instead.
`,
  html: `<p>Somebody tried to use this address for an account at {{ appName }}. You have an account with it already, so nothing has changed.</p>
<p>If it was you: log in with this address instead.</p>`,
};
