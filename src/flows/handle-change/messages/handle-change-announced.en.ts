import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "The address of your account at {{ appName }} is about to change",
  text: `Somebody logged in to your account at {{ appName }} asked to change its address. It changes once the new address is confirmed.

If it was not you, change your password at once: that ends all other sessions.
`,
  html: `<p>Somebody logged in to your account at {{ appName }} asked to change its address. It changes once the new address is confirmed.</p>
<p>If it was not you, change your password at once: that ends all other sessions.</p>`,
};
