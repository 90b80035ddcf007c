import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ein Wiederherstellungscode Ihres Kontos bei {{ appName }} wurde verwendet",
  text: `Anstelle des zweiten Faktors Ihres Kontos bei {{ appName }} wurde ein Wiederherstellungscode verwendet. Sie haben noch {{ left }}; bei dreien oder weniger erzeugen Sie neue. Der zweite Faktor bleibt, wie er ist.

Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und erzeugen Sie neue Wiederherstellungscodes.
`,
  html: `<p>Anstelle des zweiten Faktors Ihres Kontos bei {{ appName }} wurde ein Wiederherstellungscode verwendet. Sie haben noch {{ left }}; bei dreien oder weniger erzeugen Sie neue. Der zweite Faktor bleibt, wie er ist.</p>
<p>Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und erzeugen Sie neue Wiederherstellungscodes.</p>`,
};
