import type { MailContent } from "../../../domain/messaging/index.js";

export const en: MailContent = {
  subject: "{{ code }} is your code for {{ appName }}",
  text: `You are about to use this address for your account at {{ appName }}.

Enter this code to confirm it:

{{ code }}

It works for {{ minutes }} minutes. If you did not ask for it, ignore this message: nothing changes.
`,
  html: `<p>You are about to use this address for your account at {{ appName }}.</p>
<p>Enter this code to confirm it:</p>
<p style="font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0">{{ code }}</p>
<p>It works for {{ minutes }} minutes. If you did not ask for it, ignore this message: nothing changes.</p>`,
};
