import type { MailContent } from "../../../domain/messaging/index.js";

export const de: MailContent = {
  subject: "Ihr Konto bei {{ appName }} ist gesperrt",
  text: `Die Betreiber von {{ appName }} haben Ihr Konto gesperrt. Sie sind auf allen Geräten abgemeldet und können sich nicht anmelden, bis es wieder freigegeben wird.

Falls das ein Irrtum ist, wenden Sie sich bitte an sie.
`,
  html: `<p>Die Betreiber von {{ appName }} haben Ihr Konto gesperrt. Sie sind auf allen Geräten abgemeldet und können sich nicht anmelden, bis es wieder freigegeben wird.</p>
<p>Falls das ein Irrtum ist, wenden Sie sich bitte an sie.</p>`,
};
