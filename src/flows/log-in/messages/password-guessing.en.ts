import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Somebody is trying passwords for your account at {{ appName }}",
  text: `Somebody has tried many wrong passwords for your account at {{ appName }}. None of them worked, and log-in is closed for unknown devices for a while.

The devices you use stay logged in, and you can log in on them as before. If you cannot, ask for a new password: that opens your account again at once.
`,
  html: `<p>Somebody has tried many wrong passwords for your account at {{ appName }}. None of them worked, and log-in is closed for unknown devices for a while.</p>
<p>The devices you use stay logged in, and you can log in on them as before. If you cannot, ask for a new password: that opens your account again at once.</p>`,
};
