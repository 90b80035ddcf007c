import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} ist gelöscht",
  text: `Ihr Konto bei {{ appName }} und alles, was dort über Sie gespeichert war, wurde gelöscht.

Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.
`,
  html: `<p>Ihr Konto bei {{ appName }} und alles, was dort über Sie gespeichert war, wurde gelöscht.</p>
<p>Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.</p>`,
};
