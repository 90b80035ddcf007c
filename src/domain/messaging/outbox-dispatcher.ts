import type { Logger } from "pino";
import { addSeconds, type Clock } from "../../platform/clock.js";
import { randomId, type Sealer } from "../../platform/crypto/index.js";
import type { Database } from "../../platform/database/index.js";
import type { FaultPoints } from "../../platform/fault-points.js";
import type { AuditLog } from "../audit/index.js";
import { DeliveryRefused } from "./delivery.js";
import { Lanes, MAIL_LANE } from "./lanes.js";
import type { Mailer } from "./mailer.js";
import type { MessageRenderer } from "./message-renderer.js";
import { type OutboxPayload, payloadPlace } from "./outbox.js";
import type { FinalStatus, OutboxRepository } from "./outbox.repository.js";
import type { OutboxMessageEntity } from "./outbox-message.entity.js";
import type { OwnMailer, OwnMailers } from "./own-mailers.js";
import type { SmsSender } from "./sms-sender.js";

/** Seconds until the next attempt, after the first, second, ... failure. */
const BACKOFF_SECONDS = [5, 30, 120, 300, 600, 1200];
/** Due messages looked at in one go. */
const PAGE = 16;
const POLL_MS = 1000;
/** A claim lives so long without being renewed; after a crash another process, or the next start, takes over then. */
const LEASE_SECONDS = 15;
const RENEW_MS = 5000;

interface DispatcherParts {
  readonly repository: OutboxRepository;
  readonly database: Database;
  readonly renderer: MessageRenderer;
  readonly mailer: Mailer;
  readonly ownMailers: OwnMailers;
  readonly sms: SmsSender;
  readonly sealer: Sealer;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly faults: FaultPoints;
  readonly log: Logger;
  readonly mailFrom: string;
}

/** Sends what is in the outbox: at least once, the newest code only, never past its expiry. */
export class OutboxDispatcher {
  private readonly owner = randomId();
  private readonly listeners: ((status: FinalStatus, template: string) => void)[] = [];
  /** Deliveries that run, by message. */
  private readonly sending = new Map<string, Promise<void>>();
  private readonly lanes = new Lanes();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isWoken = false;
  private isStopped = false;

  constructor(private readonly parts: DispatcherParts) {}

  /** Tells `listener` the status of every message that needs no further attempt. */
  onFinished(listener: (status: FinalStatus, template: string) => void): void {
    this.listeners.push(listener);
  }

  start(): void {
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.timer.unref();
    this.wake();
  }

  /** Looks for due messages now. */
  wake(): void {
    this.isWoken = true;
    if (this.isStopped || !this.timer) return;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  /** Stops taking messages and waits for those being sent. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
    await Promise.all(this.sending.values());
  }

  private async run(): Promise<void> {
    while (this.isWoken && !this.isStopped) {
      this.isWoken = false;
      try {
        await this.fillSlots();
      } catch (error) {
        this.parts.log.error({ err: error }, "the outbox cannot be read");
      }
    }
  }

  /** Takes messages for every free slot; whenever one is done, the next is looked for. A slow server holds up its own lane, not all. */
  private async fillSlots(): Promise<void> {
    const { repository, clock, faults } = this.parts;
    await faults.pauseAt("outbox.before-claim");
    for (;;) {
      const choice = this.lanes.choose();
      const due = choice === null || this.isStopped ? [] : await repository.listDue(clock.now(), choice, PAGE);
      const isMoving = await this.takeFrom(due);
      if (!isMoving || due.length < PAGE) return;
    }
  }

  /** Starts what there are slots for; true when another page may hold something for the slots that are left. */
  private async takeFrom(due: readonly OutboxMessageEntity[]): Promise<boolean> {
    const { repository, clock } = this.parts;
    let isMoving = false;
    for (const row of due) {
      // After a jump of the clock a lease of this very process may seem over.
      if (this.sending.has(row.id)) continue;
      // A full lane is left out of the next page, and so is what another process was faster to claim.
      isMoving = true;
      const isLaneFull = !this.lanes.hasSlot(row.lane);
      const isTaken = !isLaneFull && (await repository.claim(row, this.owner, addSeconds(clock.now(), LEASE_SECONDS)));
      if (!isTaken) continue;
      this.lanes.take(row.lane);
      const delivery = this.deliver(row).finally(() => {
        this.sending.delete(row.id);
        // Only for a lane that was full messages may have been passed over.
        const wasFull = !this.lanes.hasSlot(row.lane);
        this.lanes.give(row.lane);
        if (wasFull) this.wake();
      });
      this.sending.set(row.id, delivery);
    }
    return isMoving;
  }

  private async deliver(row: OutboxMessageEntity): Promise<void> {
    const { repository, clock, log } = this.parts;
    const context = { applicationId: row.applicationId, messageId: row.id, template: row.template };
    const renewal = setInterval(() => {
      repository.renew(row, this.owner, addSeconds(clock.now(), LEASE_SECONDS)).catch(() => {});
    }, RENEW_MS);
    try {
      if (row.expiresAt <= clock.now()) return await this.finish(row, "EXPIRED", row.lastFailure);
      await this.parts.faults.pauseAt("outbox.before-send");
      // A newer code may have taken its place since it was claimed.
      if (!(await repository.renew(row, this.owner, addSeconds(clock.now(), LEASE_SECONDS)))) return;
      await this.send(row);
      await this.parts.faults.pauseAt("outbox.after-send");
      await this.finish(row, "DELIVERED", null);
      log.info(context, "message delivered");
    } catch (error) {
      await this.fail(row, error).catch((second) => log.error({ ...context, err: second }, "a failed delivery cannot be recorded"));
    } finally {
      clearInterval(renewal);
    }
  }

  private async finish(row: OutboxMessageEntity, status: FinalStatus, failure: string | null): Promise<void> {
    const { repository, database, clock, audit } = this.parts;
    const { applicationId, id, template, channel } = row;
    const details = { messageId: id, template, channel, status, failure: failure ?? "expired" };
    const end = () => repository.finish(row, this.owner, status, clock.now(), failure);
    const endWithRecord = async () => {
      const isOurs = await end();
      if (isOurs) await audit.record({ applicationId, event: "MESSAGE_FAILED", outcome: "FAILURE", details });
      return isOurs;
    };
    const isOurs = await (status === "DELIVERED" ? end() : database.transaction(endWithRecord));
    if (isOurs) for (const listener of this.listeners) listener(status, template);
  }

  private async send(row: OutboxMessageEntity): Promise<void> {
    const { sealer, renderer, sms } = this.parts;
    const { id, applicationId, template, expiresAt } = row;
    const opened = await sealer.openText(payloadPlace(applicationId, id), row.payloadSealed ?? "");
    const { to, locale, defaultLocale, senderName, replyTo, parameters } = JSON.parse(opened) as OutboxPayload;
    const request = { applicationId, template, locale, defaultLocale, parameters };
    if (row.channel === "SMS") {
      const text = await renderer.renderSms(request);
      return await sms.send({ id, applicationId, senderName, to, text, expiresAt, isRepeated: row.attempts > 0 });
    }
    const { subject, text, html } = await renderer.renderMail(request);
    const { mailer, from } = await this.routeOf(row);
    const messageId = `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`;
    await mailer.send({ messageId, applicationId, from: { name: senderName, address: from }, to, replyTo, subject, text, html });
  }

  /** The application's own server and sender, in its own lane only; the gateway's otherwise. */
  private async routeOf({ lane, applicationId }: OutboxMessageEntity): Promise<OwnMailer> {
    const { mailer, mailFrom, ownMailers } = this.parts;
    const own = lane === MAIL_LANE ? null : await ownMailers.find(applicationId);
    return own ?? { mailer, from: mailFrom };
  }

  private async fail(row: OutboxMessageEntity, error: unknown): Promise<void> {
    const { repository, clock, log } = this.parts;
    const now = clock.now();
    const failure = classOf(error);
    const next = addSeconds(now, BACKOFF_SECONDS[row.attempts] ?? 0);
    const isOver = row.attempts >= BACKOFF_SECONDS.length || next >= row.expiresAt;
    const { applicationId, id: messageId, template, channel } = row;
    const context = { applicationId, messageId, template, channel, failure, attempt: row.attempts + 1 };
    const isRefused = error instanceof DeliveryRefused;
    if (isRefused || isOver) {
      await this.finish(row, isRefused ? "FAILED" : "EXPIRED", failure);
      log.error(context, "message given up");
    } else {
      await repository.postpone(row, this.owner, next, failure);
      log.warn(context, "message postponed");
    }
  }
}

/** A short name for a failure. A server's own words may repeat the recipient or the message, so they are not kept. */
function classOf(error: unknown): string {
  const cause = error instanceof DeliveryRefused ? error.cause : error;
  const { code, responseCode, name } = cause as { code?: unknown; responseCode?: unknown; name?: unknown };
  return [code ?? name ?? "Error", responseCode].filter(Boolean).join(" ").slice(0, 64);
}
