import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { addSeconds, type Clock } from "../../platform/clock.js";
import { type Encryptor, randomId } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import type { FaultPoints } from "../../platform/fault-points.js";
import type { AuditLog } from "../audit/index.js";
import { inApplication, internalContext } from "../request-context.js";
import type { ApplicationMailer, ApplicationMailers } from "./application-mailers.js";
import { MESSAGE_FAILURE_CODES, PermanentDeliveryError } from "./delivery.js";
import { DeliveryQueues, MAIL_QUEUE, SMS_QUEUE } from "./delivery-queues.js";
import type { Mailer } from "./mailer.js";
import type { MessageRenderer } from "./message-renderer.js";
import { type OutboxPayload, payloadAssociatedData } from "./outbox.js";
import type { FinalStatus, OutboxRepository } from "./outbox.repository.js";
import type { OutboxMessageEntity } from "./outbox-message.entity.js";
import type { SmsSender } from "./sms-sender.js";

/** Seconds until the next delivery attempt, after the first, second, ... failure. */
const BACKOFF_SECONDS = [5, 30, 120, 300, 600, 1200];
/** Number of due messages read per query. */
const PAGE_SIZE = 16;
const POLL_INTERVAL_MS = 1000;
/** Lifetime of a lease without renewal; after a crash, another process or a restart can then claim the message. */
const LEASE_SECONDS = 15;
const LEASE_RENEWAL_INTERVAL_MS = 5000;
/** A delivery that takes longer does not delay deliveries to other servers. */
const SLOW_DELIVERY_MS = 30_000;
/** `stop` waits this long for deliveries in progress. */
const STOP_TIMEOUT_MS = 10_000;
/** After an outage, every success makes this number of waiting messages due: more and more, while deliveries succeed. */
const RESUMED_PER_SUCCESS = 16;

interface DispatcherDependencies {
  readonly repository: OutboxRepository;
  readonly database: Database;
  readonly renderer: MessageRenderer;
  readonly mailer: Mailer;
  readonly applicationMailers: ApplicationMailers;
  readonly sms: SmsSender;
  readonly encryptor: Encryptor;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly faultPoints: FaultPoints;
  readonly log: Logger;
  readonly mailFrom: string;
}

/** Delivers outbox messages at least once, never after their expiry, and not once a newer message has replaced them. */
export class OutboxDispatcher {
  private readonly leaseOwner = randomId();
  private readonly listeners: ((status: FinalStatus, template: string) => void)[] = [];
  /** Deliveries in progress, by message id. */
  private readonly deliveries = new Map<string, Promise<void>>();
  private readonly queues = new DeliveryQueues();
  /** Queues whose server did not respond to this process, or not as a mail server. */
  private readonly failingQueues = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWakeRequested = false;
  private isStopped = false;

  constructor(private readonly dependencies: DispatcherDependencies) {}

  /** Calls `listener` with the final status of every message this process finishes. */
  onFinished(listener: (status: FinalStatus, template: string) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.timer = setInterval(() => this.wake(), POLL_INTERVAL_MS);
    this.timer.unref();
    this.wake();
  }

  /** Checks for due messages now. */
  wake(): void {
    this.isWakeRequested = true;
    if (this.isStopped || !this.timer) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Stops claiming messages and waits for deliveries in progress. Those of slow servers are repeated when their leases have expired. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
    await Promise.race([Promise.all(this.deliveries.values()), delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
  }

  private async run(): Promise<void> {
    while (this.isWakeRequested && !this.isStopped) {
      this.isWakeRequested = false;
      try {
        await this.dispatchDue();
      } catch (error) {
        this.dependencies.log.error({ err: error }, "reading the outbox failed");
      }
    }
  }

  /** Starts deliveries up to the capacity of every queue. A slow server delays its own queue only. */
  private async dispatchDue(): Promise<void> {
    const { repository, clock, faultPoints } = this.dependencies;
    await faultPoints.pauseAt("outbox.before-claim");
    for (;;) {
      const filter = this.queues.availableQueues();
      const due = filter === null || this.isStopped ? [] : await repository.listDue(clock.now(), filter, PAGE_SIZE);
      const hasProgress = await this.startDeliveries(due);
      if (!hasProgress || due.length < PAGE_SIZE) return;
    }
  }

  /** Starts deliveries for which there is capacity; true when another page may contain messages for the remaining capacity. */
  private async startDeliveries(due: readonly OutboxMessageEntity[]): Promise<boolean> {
    const { repository, clock } = this.dependencies;
    let hasProgress = false;
    for (const row of due) {
      // After a clock jump, a lease of this process can appear expired.
      if (this.deliveries.has(row.id)) continue;
      // The next page excludes full queues and messages that another process has claimed.
      hasProgress = true;
      const isQueueFull = !this.queues.hasCapacity(row.queue);
      const isClaimed = !isQueueFull && (await repository.claim(row, this.leaseOwner, addSeconds(clock.now(), LEASE_SECONDS)));
      if (!isClaimed) continue;
      const slot = this.queues.acquire(row.queue);
      const slowness = setTimeout(() => {
        slot.markSlow();
        this.wake();
      }, SLOW_DELIVERY_MS);
      const delivery = this.deliver(row).finally(() => {
        clearTimeout(slowness);
        this.deliveries.delete(row.id);
        // Messages can have been skipped only if the queue was full.
        const wasFull = !this.queues.hasCapacity(row.queue);
        slot.release();
        if (wasFull) this.wake();
      });
      this.deliveries.set(row.id, delivery);
    }
    return hasProgress;
  }

  private async deliver(row: OutboxMessageEntity): Promise<void> {
    const { repository, clock, log } = this.dependencies;
    const context = { applicationId: row.applicationId, messageId: row.id, template: row.template };
    const renewal = setInterval(() => {
      repository.renew(row, this.leaseOwner, addSeconds(clock.now(), LEASE_SECONDS)).catch(() => {});
    }, LEASE_RENEWAL_INTERVAL_MS);
    try {
      if (row.expiresAt <= clock.now()) return await this.finish(row, "EXPIRED", row.lastFailure);
      await this.dependencies.faultPoints.pauseAt("outbox.before-send");
      // A newer message may have replaced this one since it was claimed.
      if (!(await repository.renew(row, this.leaseOwner, addSeconds(clock.now(), LEASE_SECONDS)))) return;
      await this.send(row);
      await this.dependencies.faultPoints.pauseAt("outbox.after-send");
      await this.finish(row, "DELIVERED", null);
      log.info(context, "message delivered");
      await this.resumeQueue(row).catch((error) => log.error({ ...context, err: error }, "resuming a delivery queue failed"));
    } catch (error) {
      await this.fail(row, error).catch((recordingError) =>
        log.error({ ...context, err: recordingError }, "recording a failed delivery failed"),
      );
    } finally {
      clearInterval(renewal);
    }
  }

  /**
   * After an outage of a mail server, makes waiting messages of its queue due, which would otherwise wait for their next attempt. Text
   * messages keep their waits, because Twilio limits the rate.
   */
  private async resumeQueue({ queue, lastFailure }: OutboxMessageEntity): Promise<void> {
    const { repository, clock } = this.dependencies;
    if (queue === SMS_QUEUE) return;
    if (!this.failingQueues.has(queue) && (lastFailure === null || concernsMessage(lastFailure))) return;
    const resumed = await repository.resume(queue, clock.now(), RESUMED_PER_SUCCESS);
    if (resumed < RESUMED_PER_SUCCESS) this.failingQueues.delete(queue);
    if (resumed > 0) this.wake();
  }

  private async finish(row: OutboxMessageEntity, status: FinalStatus, failure: string | null): Promise<void> {
    const { repository, database, clock, audit } = this.dependencies;
    const { applicationId, id, template, channel } = row;
    const details = { messageId: id, template, channel, status, failure: failure ?? "expired" };
    const end = () => repository.finish(row, this.leaseOwner, status, clock.now(), failure);
    const endAndAudit = async () => {
      const isLeaseHeld = await end();
      if (isLeaseHeld) await audit.failure(inApplication(internalContext("GATEWAY"), { id: applicationId }), "MESSAGE_FAILED", details);
      return isLeaseHeld;
    };
    const isLeaseHeld = await (status === "DELIVERED" ? end() : database.transaction(endAndAudit));
    if (isLeaseHeld) for (const listener of this.listeners) listener(status, template);
  }

  private async send(row: OutboxMessageEntity): Promise<void> {
    const { encryptor, renderer, sms } = this.dependencies;
    const { id, applicationId, template, expiresAt } = row;
    const decrypted = await encryptor.decryptText(payloadAssociatedData(applicationId, id), row.payloadSealed ?? "");
    const { to, locale, defaultLocale, senderName, replyTo, parameters } = JSON.parse(decrypted) as OutboxPayload;
    const request = { applicationId, template, locale, defaultLocale, parameters };
    if (row.channel === "SMS") {
      const text = await renderer.renderSms(request);
      return await sms.send({ id, applicationId, senderName, to, text, expiresAt, isRetry: row.deliveryAttempts > 0 });
    }
    const { subject, text, html } = await renderer.renderMail(request);
    const { mailer, from } = await this.routeFor(row);
    const messageId = `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`;
    await mailer.send({ messageId, applicationId, from: { name: senderName, address: from }, to, replyTo, subject, text, html });
  }

  /** The application's mail server for messages in its queue, if it still has one; otherwise the gateway's. */
  private async routeFor({ queue, applicationId }: OutboxMessageEntity): Promise<ApplicationMailer> {
    const { mailer, mailFrom, applicationMailers } = this.dependencies;
    const applicationMailer = queue === MAIL_QUEUE ? null : await applicationMailers.find(applicationId);
    return applicationMailer ?? { mailer, from: mailFrom };
  }

  private async fail(row: OutboxMessageEntity, error: unknown): Promise<void> {
    const { repository, clock, log } = this.dependencies;
    const now = clock.now();
    const failure = failureCode(error);
    const nextAttemptAt = addSeconds(now, BACKOFF_SECONDS[row.deliveryAttempts] ?? 0);
    const isTooLate = nextAttemptAt >= row.expiresAt;
    const isExhausted = row.deliveryAttempts >= BACKOFF_SECONDS.length || isTooLate;
    const { applicationId, id: messageId, template, channel } = row;
    const context = { applicationId, messageId, template, channel, failure, attempt: row.deliveryAttempts + 1 };
    const isPermanent = error instanceof PermanentDeliveryError;
    if (isPermanent || isExhausted) {
      await this.finish(row, isTooLate && !isPermanent ? "EXPIRED" : "FAILED", failure);
      log.error(context, "message delivery failed permanently");
    } else {
      if (!concernsMessage(failure)) this.failingQueues.add(row.queue);
      await repository.postpone(row, this.leaseOwner, nextAttemptAt, failure);
      log.warn(context, "message delivery failed; retry scheduled");
    }
  }
}

/** True when the server rejected a message; false when it could not be used at all (421: it shuts down, RFC 5321 section 3.8). */
const concernsMessage = (failure: string) => MESSAGE_FAILURE_CODES.some((code) => failure.startsWith(code)) && !failure.endsWith(" 421");

/** A short code for a failure. Error messages of servers are not stored because they may contain the recipient or the message. */
function failureCode(error: unknown): string {
  const cause = error instanceof PermanentDeliveryError ? error.cause : error;
  const { code, responseCode, name } = cause as { code?: unknown; responseCode?: unknown; name?: unknown };
  return [code ?? name ?? "Error", responseCode].filter(Boolean).join(" ").slice(0, 64);
}
