import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "{{ code }} is your code for {{ appName }}",
  text: `Welcome to {{ appName }}.

Enter this code to finish signing up:

{{ code }}

It works for {{ minutes }} minutes. If you did not sign up, ignore this message: without the code nothing happens.

Or open this page and press its button, within {{ linkHours }} hours:
{{ link }}
`,
  html: `<p>Welcome to {{ appName }}.</p>
<p>Enter this code to finish signing up:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>It works for {{ minutes }} minutes. If you did not sign up, ignore this message: without the code nothing happens.</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Finish signing up</a></p>`,
};
