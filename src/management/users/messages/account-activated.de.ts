import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} ist wieder freigegeben",
  text: `Ihr Konto bei {{ appName }} ist nicht mehr gesperrt. Sie können sich wie zuvor anmelden.

Ihr Passwort ist unverändert.
`,
  html: `<p>Ihr Konto bei {{ appName }} ist nicht mehr gesperrt. Sie können sich wie zuvor anmelden.</p>
<p>Ihr Passwort ist unverändert.</p>`,
};
