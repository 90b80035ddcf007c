/** Why a message could not be delivered, for people. Never the server's own words, which could repeat the message. */
export interface DeliveryFailure {
  /** Class of the failure: the code that was stored. */
  readonly kind: string;
  readonly message: string;
  /** What to do about it; null when there is nothing to do. */
  readonly remedy: string | null;
}
type Words = readonly [message: string, remedy: string | null];

const unreachable: Words = [
  "The connection to the mail server could not be established or was lost.",
  "Check host, port and network of the mail server.",
];
/** By the error code of the mail client. */
const mailFailures: Readonly<Record<string, Words>> = {
  EAUTH: ["The mail server did not accept the user name or password.", "Correct SMTP_URL, or mail.smtpUrl of the application."],
  ENOSMTP: ["Mail delivery is disabled.", "Set SMTP_URL and start the gateway again."],
  ETLS: ["An encrypted connection to the mail server could not be established.", "Check the certificate and STARTTLS of the mail server."],
  EDNS: ["The name of the mail server could not be resolved.", "Correct the host in SMTP_URL, or in mail.smtpUrl of the application."],
  EMESSAGE: ["The mail server did not accept the content of the message.", "Check the custom template of this message."],
  ESTREAM: ["The mail server did not accept the content of the message.", "Check the custom template of this message."],
  EOUTBOUND: [
    "The mail server has a private address or a port that is not allowed.",
    "Use a public mail server on port 25, 465, 587 or 2525, or allow the host with OUTBOUND_ALLOW.",
  ],
  ETIMEDOUT: ["The mail server did not answer in time.", "Check host, port and network of the mail server."],
};
/** By Twilio's error code, https://www.twilio.com/docs/api/errors. */
const twilioFailures: Readonly<Record<string, Words>> = {
  "20003": ["Twilio did not accept the account SID or auth token.", "Correct twilio.accountSid and twilio.authToken."],
  "21211": ["The phone number is not valid.", null],
  "21408": ["The Twilio account may not send to this country.", "Enable the country in the Twilio console (Geo permissions)."],
  "21606": ["The sender of the Twilio account cannot send this message.", "Check twilio.phoneNumber or twilio.messagingServiceSid."],
  "21608": ["A Twilio trial account sends to verified numbers only.", "Upgrade the Twilio account."],
  "21610": ["The recipient has unsubscribed from this sender.", "The recipient can subscribe again with START."],
  "21614": ["The phone number cannot receive text messages.", null],
};

/** Explains a stored failure code. */
export function describeFailure(code: string): DeliveryFailure {
  const [message, remedy] = code.startsWith("TWILIO ") ? twilioWords(code.slice("TWILIO ".length)) : mailWords(code);
  return { kind: code, message, remedy };
}

function twilioWords(detail: string): Words {
  if (detail === "not set up")
    return ["The application has no complete Twilio account.", "Set twilio.accountSid, twilio.authToken and a sender."];
  if (detail === "timeout") return ["Twilio did not answer in time.", null];
  const code = detail.split(" ").at(-1) ?? "";
  return twilioFailures[code] ?? ["Twilio did not accept the message.", "Look up the error code in the Twilio documentation."];
}

function mailWords(code: string): Words {
  const [name = "", reply = ""] = code.split(" ");
  if (name === "DecryptionError") return ["The message could not be decrypted.", "Check MASTER_KEYS with doctor."];
  if (name === "EENVELOPE" && reply.startsWith("5"))
    return ["The mail server rejected the recipient or sender.", "Check the address, and MAIL_FROM or mail.from."];
  if (reply.startsWith("4")) return ["The mail server asked to try again later.", "Read the log of the mail server."];
  if (reply.startsWith("5")) return mailFailures[name] ?? ["The mail server rejected the message.", "Read the log of the mail server."];
  return mailFailures[name] ?? (/^E[A-Z]+$/.test(name) ? unreachable : ["The message could not be sent.", "Read the log of the gateway."]);
}
