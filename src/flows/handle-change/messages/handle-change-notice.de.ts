import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Jemand möchte Ihre Adresse bei {{ appName }} verwenden",
  text: `Jemand wollte diese Adresse für ein Konto bei {{ appName }} verwenden. Sie haben damit bereits ein Konto, es hat sich also nichts geändert.

Falls Sie es waren: melden Sie sich mit dieser Adresse an.
`,
  html: `<p>Jemand wollte diese Adresse für ein Konto bei {{ appName }} verwenden. Sie haben damit bereits ein Konto, es hat sich also nichts geändert.</p>
<p>Falls Sie es waren: melden Sie sich mit dieser Adresse an.</p>`,
};
