import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Die Telefonnummer Ihres Kontos bei {{ appName }} wurde geändert",
  text: `Die Telefonnummer Ihres Kontos bei {{ appName }} wurde gesetzt, geändert oder entfernt.

Falls Sie das nicht waren, ändern Sie Ihr Passwort und wenden Sie sich sofort an die Betreiber von {{ appName }}.
`,
  html: `<p>Die Telefonnummer Ihres Kontos bei {{ appName }} wurde gesetzt, geändert oder entfernt.</p>
<p>Falls Sie das nicht waren, ändern Sie Ihr Passwort und wenden Sie sich sofort an die Betreiber von {{ appName }}.</p>`,
};
export const deSms =
  "Die Telefonnummer Ihres Kontos bei {{ appName }} wurde geändert oder entfernt. Waren Sie es nicht, ändern Sie sofort Ihr Passwort.";
