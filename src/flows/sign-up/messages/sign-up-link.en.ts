import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "Finish signing up at {{ appName }}",
  text: `Welcome to {{ appName }}. Open this page and press its button to finish signing up:

{{ link }}

It works for {{ linkHours }} hours. If you did not sign up, ignore this message: without the button nothing happens.
`,
  html: `<p>Welcome to {{ appName }}. Open this page and press its button to finish signing up:</p>
<p style="margin:24px 0"><a href="{{ link }}" style="background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none">Finish signing up</a></p>
<p>It works for {{ linkHours }} hours. If you did not sign up, ignore this message: without the button nothing happens.</p>`,
};
