import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ein zweiter Faktor Ihres Kontos bei {{ appName }} ist aus",
  text: `Ein zweiter Faktor Ihres Kontos bei {{ appName }} ({{ factor }}) wurde abgeschaltet, von Ihnen oder auf Ihren Wunsch von {{ appName }}. Alle anderen Sitzungen sind beendet.

Wenn Sie davon nichts wissen, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.
`,
  html: `<p>Ein zweiter Faktor Ihres Kontos bei {{ appName }} ({{ factor }}) wurde abgeschaltet, von Ihnen oder auf Ihren Wunsch von {{ appName }}. Alle anderen Sitzungen sind beendet.</p>
<p>Wenn Sie davon nichts wissen, ändern Sie sofort Ihr Passwort und benachrichtigen Sie {{ appName }}.</p>`,
};
