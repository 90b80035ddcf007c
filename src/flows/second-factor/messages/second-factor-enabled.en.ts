import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} has a second factor now",
  text: `From now on, logging in to your account at {{ appName }} asks for a second factor ({{ factor }}). All other sessions have ended. Keep the recovery codes you were shown in a safe place: they are the way in if you lose it.

If this was not you, change your password at once and tell {{ appName }}.
`,
  html: `<p>From now on, logging in to your account at {{ appName }} asks for a second factor ({{ factor }}). All other sessions have ended. Keep the recovery codes you were shown in a safe place: they are the way in if you lose it.</p>
<p>If this was not you, change your password at once and tell {{ appName }}.</p>`,
};
