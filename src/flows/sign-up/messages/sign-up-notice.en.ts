import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "You already have an account at {{ appName }}",
  text: `Somebody, perhaps you, tried to sign up at {{ appName }} with this address.

You already have an account: log in with your password, or ask for a new one if you forgot it.

If it was not you, there is nothing to do.
`,
  html: `<p>Somebody, perhaps you, tried to sign up at {{ appName }} with this address.</p>
<p>You already have an account: log in with your password, or ask for a new one if you forgot it.</p>
<p>If it was not you, there is nothing to do.</p>`,
};
