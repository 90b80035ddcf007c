import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Die Adresse Ihres Kontos bei {{ appName }} soll geändert werden",
  text: `Jemand, der in Ihrem Konto bei {{ appName }} angemeldet ist, möchte dessen Adresse ändern. Sie ändert sich, sobald die neue Adresse bestätigt ist.

Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort: das beendet alle anderen Sitzungen.
`,
  html: `<p>Jemand, der in Ihrem Konto bei {{ appName }} angemeldet ist, möchte dessen Adresse ändern. Sie ändert sich, sobald die neue Adresse bestätigt ist.</p>
<p>Falls Sie das nicht waren, ändern Sie sofort Ihr Passwort: das beendet alle anderen Sitzungen.</p>`,
};
