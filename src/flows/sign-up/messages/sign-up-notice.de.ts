import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Sie haben bereits ein Konto bei {{ appName }}",
  text: `Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse bei {{ appName }} registrieren.

Sie haben bereits ein Konto: Melden Sie sich mit Ihrem Passwort an, oder fordern Sie ein neues an, wenn Sie es vergessen haben.

Falls Sie es nicht waren, brauchen Sie nichts zu tun.
`,
  html: `<p>Jemand, vielleicht Sie selbst, wollte sich mit dieser Adresse bei {{ appName }} registrieren.</p>
<p>Sie haben bereits ein Konto: Melden Sie sich mit Ihrem Passwort an, oder fordern Sie ein neues an, wenn Sie es vergessen haben.</p>
<p>Falls Sie es nicht waren, brauchen Sie nichts zu tun.</p>`,
};
