import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Your account at {{ appName }} is ready",
  text: `{{ appName }} has made an account for you, for the address {{ handle }}.

Enter this code to choose your password:

{{ code }}

It works for {{ minutes }} minutes; afterwards ask for a new one with "Forgot password". If you do not want the account, ignore this message: nobody can log in to it without this mailbox.

Or choose one on this page, within {{ linkMinutes }} minutes:
{{ link }}
`,
  html: `<p>{{ appName }} has made an account for you, for the address {{ handle }}.</p>
<p>Enter this code to choose your password:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>It works for {{ minutes }} minutes; afterwards ask for a new one with "Forgot password". If you do not want the account, ignore this message: nobody can log in to it without this mailbox.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Choose your password</a></p>`,
};
