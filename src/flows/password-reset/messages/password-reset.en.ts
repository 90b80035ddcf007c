import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "{{ code }} is your code to set a new password at {{ appName }}",
  text: `You, or somebody who knows your address, asked for a new password at {{ appName }}.

Enter this code to choose one:

{{ code }}

It works for {{ minutes }} minutes. If you did not ask for it, ignore this message: your password stays as it is.

Or choose one on this page, within {{ linkMinutes }} minutes:
{{ link }}
`,
  html: `<p>You, or somebody who knows your address, asked for a new password at {{ appName }}.</p>
<p>Enter this code to choose one:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>It works for {{ minutes }} minutes. If you did not ask for it, ignore this message: your password stays as it is.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Choose a new password</a></p>`,
};
