import type { Mailer } from "./mailer.js";

/** Production without SMTP_URL: emails stay in the outbox until the gateway is restarted with one or they expire. */
export class DisabledMailer implements Mailer {
  async send(): Promise<void> {
    throw Object.assign(new Error("SMTP_URL is not set"), { code: "ENOSMTP" });
  }

  async close(): Promise<void> {}
}
