import type { Mailer } from "./mailer.js";

/** Production without SMTP_URL: mails wait in the outbox for a start with one, until their codes expire. */
export class DisabledMailer implements Mailer {
  async send(): Promise<void> {
    throw Object.assign(new Error("SMTP_URL is not set"), { code: "ENOSMTP" });
  }

  async close(): Promise<void> {}
}
