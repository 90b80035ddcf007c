import type { Logger } from "pino";
import type { MailAccounts, TwilioAccounts } from "../domain/applications/index.js";
import type { AuditLog } from "../domain/audit/index.js";
import {
  MessageRenderer,
  type MessageTextRepository,
  MessageTexts,
  Outbox,
  OutboxDispatcher,
  type OutboxRepository,
  OwnMailers,
  Templates,
} from "../domain/messaging/index.js";
import { DevelopmentInbox } from "../domain/messaging/mailer.inbox.js";
import { NodemailerMailer } from "../domain/messaging/mailer.nodemailer.js";
import { NoMailer } from "../domain/messaging/mailer.none.js";
import { TwilioSmsSender } from "../domain/messaging/sms-sender.twilio.js";
import { flows } from "../flows/index.js";
import { managementAreas } from "../management/index.js";
import type { Clock } from "../platform/clock.js";
import type { Keyring, Sealer } from "../platform/crypto/index.js";
import type { Database } from "../platform/database/index.js";
import type { FaultPoints } from "../platform/fault-points.js";
import { OutboundGuard } from "../platform/outbound-guard.js";
import type { Environment } from "./environment.js";

interface Base {
  readonly clock: Clock;
  readonly log: Logger;
  readonly sealer: Sealer;
  readonly database: Database;
}
interface MessagingParts {
  readonly rows: OutboxRepository;
  readonly textRows: MessageTextRepository;
  readonly faults: FaultPoints;
  readonly keyring: Keyring;
  readonly audit: AuditLog;
  readonly accounts: TwilioAccounts;
  readonly mailAccounts: MailAccounts;
}

/** What leaves the gateway: the outbox, what empties it, and what delivers. */
export function composeMessaging(
  environment: Environment,
  { clock, log, sealer, database }: Base,
  { rows, textRows, faults, keyring, audit, accounts, mailAccounts }: MessagingParts,
) {
  const { GATEWAY_MODE, SMTP_URL, TWILIO_BASE_URL: baseUrl, OUTBOUND_ALLOW } = environment;
  const inbox = GATEWAY_MODE === "development" ? new DevelopmentInbox(database, clock) : null;
  const mailer = SMTP_URL ? new NodemailerMailer(SMTP_URL) : (inbox ?? new NoMailer());
  // The operator's own word, as SMTP_URL is.
  const guard = new OutboundGuard([...OUTBOUND_ALLOW, ...(baseUrl ? [hostAndPort(baseUrl)] : [])]);
  const fallback = baseUrl ? null : (inbox?.sms ?? null);
  const sms = new TwilioSmsSender({ accounts, guard, clock, baseUrl, fallback });
  const ownMailers = new OwnMailers(mailAccounts, (url) => new NodemailerMailer(url, guard));
  const templates = new Templates([...flows, ...managementAreas].flatMap(({ messages = [] }) => messages));
  const mailFrom = environment.MAIL_FROM;
  const renderer = new MessageRenderer(templates, textRows, log);
  const publicUrl = environment.PUBLIC_URL;
  const messageTexts = new MessageTexts({ templates, repository: textRows, renderer, audit, database, clock, publicUrl });
  const dispatcher = new OutboxDispatcher({
    repository: rows,
    database,
    renderer,
    mailer,
    ownMailers,
    sms,
    sealer,
    audit,
    clock,
    faults,
    log,
    mailFrom,
  });
  const outbox = new Outbox(rows, database, sealer, keyring, clock, () => dispatcher.wake());
  const close = async () => {
    await dispatcher.stop();
    await mailer.close();
    await ownMailers.close();
  };
  return { outbox, messageTexts, dispatcher, inbox, keepsSms: fallback !== null, close };
}

function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname.replace(/^\[|\]$/g, "")}:${port || (protocol === "https:" ? 443 : 80)}`;
}
