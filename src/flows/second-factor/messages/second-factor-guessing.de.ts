import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Jemand kennt Ihr Passwort bei {{ appName }}",
  text: `Jemand hat das richtige Passwort Ihres Kontos bei {{ appName }} eingegeben, und dann mehrere falsche Codes für den zweiten Faktor. Hineingekommen ist er nicht.

Wenn Sie das nicht waren, ändern Sie Ihr Passwort: jemand anders kennt es. Wenn Sie es waren, warten Sie etwas oder verwenden Sie einen Wiederherstellungscode.
`,
  html: `<p>Jemand hat das richtige Passwort Ihres Kontos bei {{ appName }} eingegeben, und dann mehrere falsche Codes für den zweiten Faktor. Hineingekommen ist er nicht.</p>
<p>Wenn Sie das nicht waren, ändern Sie Ihr Passwort: jemand anders kennt es. Wenn Sie es waren, warten Sie etwas oder verwenden Sie einen Wiederherstellungscode.</p>`,
};
