import { z } from "zod";

const address = z.union([z.literal(""), z.email("must be an address such as hello@app.example, or empty").max(254)]).default("");

export const mailSettings = z.strictObject({
  /** Whether a URL is set. The URL itself is stored among the application's secrets. */
  smtpUrl: z
    .boolean()
    .default(false)
    .describe("Mail server of the application, smtp(s)://USER:PASSWORD@HOST:PORT. Stored encrypted; reads return only whether it is set."),
  from: address.describe("Sender address of emails sent through mail.smtpUrl; required with it and only allowed with it."),
  replyTo: address.describe("Reply-To address of emails; empty: replies go to the sender."),
});

/** An SMTP URL. TLS is required except on loopback: smtps://, or smtp:// with STARTTLS. */
export const smtpUrl = z.string().max(1024).refine(isSmtpUrl, "must be smtp://USER:PASSWORD@HOST:PORT or smtps://..., or empty");

function isSmtpUrl(value: string): boolean {
  // Percent-encoded hosts are rejected, so that the checked host is the one that is resolved.
  if (!/^smtps?:\/\/([^@/?#\s]*@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d+)?\/?$/.test(value) || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  try {
    return decodeURIComponent(username + password) !== "" || (username === "" && password === "");
  } catch {
    return false;
  }
}
