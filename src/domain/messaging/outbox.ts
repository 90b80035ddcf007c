import { addSeconds, type Clock } from "../../platform/clock.js";
import { type Encryptor, hashToken, type Keyring, randomId } from "../../platform/crypto/index.js";
import type { Database, Transaction } from "../../platform/database/index.js";
import type { Application, ApplicationContext } from "../applications/index.js";
import { type Email, maskEmail, maskPhone, type Phone, type User } from "../users/index.js";
import type { Channel } from "./delivery.js";
import { MAIL_QUEUE, SMS_QUEUE } from "./delivery-queues.js";
import type { OutboxRepository } from "./outbox.repository.js";
import type { MessageParameters } from "./template-language.js";

/** Recipient and content of a message; stored encrypted. */
export interface OutboxPayload {
  readonly to: string;
  readonly locale: string;
  readonly defaultLocale: string;
  readonly senderName: string;
  readonly replyTo: string;
  readonly parameters: MessageParameters;
}
interface QueuedMessage {
  readonly template: string;
  readonly locale: string;
  readonly parameters: MessageParameters;
  /** The message is not sent after this instant, e.g. the expiry of its code. */
  readonly expiresAt?: Date;
  /** Older pending messages with the same key are no longer sent. */
  readonly replacesKey?: string;
}
export interface QueuedMail extends QueuedMessage {
  readonly to: Email;
}
/** Callers must consume the SMS rate limits before queueing. To send codes, use issueSmsCode (account-operations). */
export interface QueuedSms extends QueuedMessage {
  readonly to: Phone;
}

/** Delivery starts after the response: otherwise response times could reveal whether a message is sent. */
const WAKE_DELAY_MS = 10;
const NOTICE_TTL_SECONDS = 24 * 3600;

/** Associated data of the encrypted payload: binds it to its message. */
export const payloadAssociatedData = (applicationId: string, id: string) => ["outbox_messages", "payload", applicationId, id];

/** A keyed hash: phone numbers are few enough to reverse an unkeyed one by brute force. */
export const hashRecipient = (keyring: Keyring, applicationId: string, to: Email | Phone) =>
  keyring.mac("token", "recipient", applicationId, to).toString("base64url");

/** Transactional outbox: a message is inserted in the transaction of the change it reports, so that both commit or neither does. */
export class Outbox {
  constructor(
    private readonly repository: OutboxRepository,
    private readonly database: Database,
    private readonly encryptor: Encryptor,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {}

  /** Number of pending messages and the age of the oldest, in seconds. */
  async measureBacklog(): Promise<{ waiting: number; oldestSeconds: number }> {
    const { waiting, oldest } = await this.repository.findBacklog();
    const age = oldest === null ? 0 : (this.clock.now().getTime() - oldest.getTime()) / 1000;
    return { waiting, oldestSeconds: Math.max(0, age) };
  }

  /** Deletes every message to an address or number, sent or pending. */
  async deleteByRecipient(tx: Transaction, applicationId: string, to: Email | Phone): Promise<void> {
    await this.repository.deleteByRecipient(tx, applicationId, hashRecipient(this.keyring, applicationId, to));
  }

  /** Queues an email notification to a user; does nothing for a user without an email address. */
  async notify(
    context: ApplicationContext,
    tx: Transaction,
    { email, locale }: Pick<User, "email" | "locale">,
    template: string,
    parameters: MessageParameters = {},
  ): Promise<void> {
    if (email) await this.queue(context, tx, { template, to: email, locale, parameters });
  }

  /** Queues an email; it is sent after the transaction has committed. */
  async queue(context: ApplicationContext, tx: Transaction, mail: QueuedMail): Promise<void> {
    await this.insert(context, tx, "MAIL", maskEmail(mail.to), mail);
  }

  /** Does work comparable to `queue` but stores no message, so that response times do not reveal whether an address has an account. */
  async queueDecoy({ application }: ApplicationContext, tx: Transaction, mail: QueuedMail): Promise<void> {
    const id = randomId();
    await this.encryptPayload(application, id, mail);
    await this.repository.replacePending(tx, application.id, hashToken(id), this.clock.now());
    await this.repository.deleteByRecipient(tx, application.id, hashToken(id));
    this.database.afterCommit(this.scheduleWake);
  }

  /** Queues a text message; it is sent after the transaction has committed. */
  async queueSms(context: ApplicationContext, tx: Transaction, sms: QueuedSms): Promise<void> {
    await this.insert(context, tx, "SMS", maskPhone(sms.to), sms);
  }

  private async encryptPayload(application: Application, id: string, { to, locale, parameters }: QueuedMail | QueuedSms): Promise<string> {
    const { general, locales, mail } = application.settings;
    const variables = { appName: general.name, handle: to, ...parameters };
    const sender = { senderName: general.name, replyTo: mail.replyTo };
    const payload: OutboxPayload = { to, locale, defaultLocale: locales.default, ...sender, parameters: variables };
    return await this.encryptor.encrypt(payloadAssociatedData(application.id, id), JSON.stringify(payload));
  }

  private async insert(
    { application }: ApplicationContext,
    tx: Transaction,
    channel: Channel,
    recipientMasked: string,
    queued: QueuedMail | QueuedSms,
  ): Promise<void> {
    const { template, to, expiresAt, replacesKey } = queued;
    const now = this.clock.now();
    const id = randomId();
    const mailQueue = application.settings.mail.smtpUrl ? application.id : MAIL_QUEUE;
    const replacesHash = replacesKey === undefined ? null : hashToken(replacesKey);
    if (replacesHash) await this.repository.replacePending(tx, application.id, replacesHash, now);
    await this.repository.insert(tx, {
      applicationId: application.id,
      id,
      channel,
      queue: channel === "SMS" ? SMS_QUEUE : mailQueue,
      template,
      recipientMasked,
      recipientHash: hashRecipient(this.keyring, application.id, to),
      payloadSealed: await this.encryptPayload(application, id, queued),
      replacesHash,
      status: "PENDING",
      deliveryAttempts: 0,
      nextAttemptAt: now,
      leaseOwner: null,
      leaseUntil: null,
      createdAt: now,
      expiresAt: expiresAt ?? addSeconds(now, NOTICE_TTL_SECONDS),
      finishedAt: null,
      lastFailure: null,
    });
    this.database.afterCommit(this.scheduleWake);
  }

  private readonly scheduleWake = () => void setTimeout(this.wake, WAKE_DELAY_MS).unref();
}
