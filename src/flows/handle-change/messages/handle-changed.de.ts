import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Die Adresse Ihres Kontos bei {{ appName }} wurde geändert",
  text: `Ihr Konto bei {{ appName }} hat jetzt eine andere Adresse; diese öffnet es nicht mehr.

Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.
`,
  html: `<p>Ihr Konto bei {{ appName }} hat jetzt eine andere Adresse; diese öffnet es nicht mehr.</p>
<p>Falls Sie das nicht waren, wenden Sie sich bitte sofort an die Betreiber von {{ appName }}.</p>`,
};
