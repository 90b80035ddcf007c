import { LessThan } from "typeorm";
import { addSeconds, type Clock } from "../../platform/clock.js";
import { type Database, isUniqueViolation } from "../../platform/database/index.js";
import { InboxMessageEntity } from "./inbox-message.entity.js";
import type { Inbox, Mail, Mailer } from "./mailer.js";
import type { Sms, SmsSender } from "./sms-sender.js";

const RETENTION_SECONDS = 24 * 3600;
const PAGE_SIZE = 100;

/** Development without a mail server or SMS account: messages are stored in the database and shown at /development/inbox. */
export class DevelopmentInbox implements Mailer, Inbox {
  /** Stores text messages in the inbox. */
  readonly sms: SmsSender = { send: (sms) => this.storeSms(sms) };

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async send(mail: Mail): Promise<void> {
    const { to: recipient, subject, text, html, from } = mail;
    const id = mail.messageId.replace(/^<|@.*$/g, "");
    await this.store({ id, channel: "MAIL", sender: `${from.name} <${from.address}>`, recipient, subject, text, html });
  }

  private async storeSms({ id, senderName, to, text }: Sms): Promise<void> {
    await this.store({ id, channel: "SMS", sender: senderName, recipient: to, subject: "SMS", text, html: "" });
  }

  private async store(message: Omit<InboxMessageEntity, "receivedAt">): Promise<void> {
    const row = { ...message, receivedAt: this.clock.now() };
    try {
      await this.database.transaction(async (tx) => {
        await tx.manager.delete(InboxMessageEntity, {
          receivedAt: LessThan(addSeconds(row.receivedAt, -RETENTION_SECONDS)),
        });
        await tx.manager.insert(InboxMessageEntity, row);
      });
    } catch (error) {
      // A repeated delivery after a crash before the outbox message was finished: it is already stored.
      if (!isUniqueViolation(error)) throw error;
    }
  }

  async close(): Promise<void> {}

  async list(to?: string): Promise<InboxMessageEntity[]> {
    return await this.database.readManager.getRepository(InboxMessageEntity).find({
      where: to === undefined ? {} : { recipient: to },
      order: { receivedAt: "DESC", id: "ASC" },
      take: PAGE_SIZE,
    });
  }
}
