import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Somebody knows your password at {{ appName }}",
  text: `Somebody has given the right password of your account at {{ appName }}, and then several wrong codes for the second factor. They did not get in.

If this was not you, change your password: it is known to somebody else. If it was you, wait a little, or use a recovery code.
`,
  html: `<p>Somebody has given the right password of your account at {{ appName }}, and then several wrong codes for the second factor. They did not get in.</p>
<p>If this was not you, change your password: it is known to somebody else. If it was you, wait a little, or use a recovery code.</p>`,
};
