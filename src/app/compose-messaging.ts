import type { Logger } from "pino";
import type { MailAccounts, TwilioAccounts } from "../domain/applications/index.js";
import type { AuditLog } from "../domain/audit/index.js";
import {
  ApplicationMailers,
  type CustomTemplateRepository,
  CustomTemplates,
  Deliveries,
  DeliveryRepository,
  MessageRenderer,
  MessageTemplates,
  Outbox,
  OutboxDispatcher,
  type OutboxRepository,
} from "../domain/messaging/index.js";
import { DisabledMailer } from "../domain/messaging/mailer.disabled.js";
import { DevelopmentInbox } from "../domain/messaging/mailer.inbox.js";
import { NodemailerMailer } from "../domain/messaging/mailer.nodemailer.js";
import { TwilioSmsSender } from "../domain/messaging/sms-sender.twilio.js";
import { flows } from "../flows/index.js";
import { managementModules } from "../management/index.js";
import type { Clock } from "../platform/clock.js";
import type { Encryptor, Keyring } from "../platform/crypto/index.js";
import type { Database } from "../platform/database/index.js";
import type { FaultPoints } from "../platform/fault-points.js";
import { OutboundGuard } from "../platform/outbound-guard.js";
import type { Environment } from "./environment.js";

interface BaseServices {
  readonly clock: Clock;
  readonly log: Logger;
  readonly encryptor: Encryptor;
  readonly database: Database;
}
interface MessagingDependencies {
  readonly outboxRepository: OutboxRepository;
  readonly customTemplateRepository: CustomTemplateRepository;
  readonly faultPoints: FaultPoints;
  readonly keyring: Keyring;
  readonly audit: AuditLog;
  readonly twilioAccounts: TwilioAccounts;
  readonly mailAccounts: MailAccounts;
}

/** Composes the outbox, its dispatcher and the senders. */
export function composeMessaging(
  environment: Environment,
  { clock, log, encryptor, database }: BaseServices,
  { outboxRepository, customTemplateRepository, faultPoints, keyring, audit, twilioAccounts, mailAccounts }: MessagingDependencies,
) {
  const { GATEWAY_MODE, SMTP_URL, SMTP_PLAINTEXT_HOSTS: plaintextHosts, TWILIO_BASE_URL: baseUrl, OUTBOUND_ALLOW } = environment;
  const inbox = GATEWAY_MODE === "development" ? new DevelopmentInbox(database, clock) : null;
  const mailer = SMTP_URL ? new NodemailerMailer(SMTP_URL, { plaintextHosts }) : (inbox ?? new DisabledMailer());
  // The base URL is set by the operator, as SMTP_URL is, so it is allowed.
  const outboundGuard = new OutboundGuard([...OUTBOUND_ALLOW, ...(baseUrl ? [hostAndPort(baseUrl)] : [])]);
  const fallback = baseUrl ? null : (inbox?.sms ?? null);
  const sms = new TwilioSmsSender({ accounts: twilioAccounts, guard: outboundGuard, clock, baseUrl, fallback });
  const applicationMailers = new ApplicationMailers(mailAccounts, (url) => new NodemailerMailer(url, { guard: outboundGuard }));
  const templates = new MessageTemplates([...flows, ...managementModules].flatMap(({ messages = [] }) => messages));
  const mailFrom = environment.MAIL_FROM;
  const renderer = new MessageRenderer(templates, customTemplateRepository, log);
  const publicUrl = environment.PUBLIC_URL;
  const customTemplates = new CustomTemplates({
    templates,
    repository: customTemplateRepository,
    renderer,
    audit,
    database,
    clock,
    publicUrl,
  });
  const dispatcher = new OutboxDispatcher({
    repository: outboxRepository,
    database,
    renderer,
    mailer,
    applicationMailers,
    sms,
    encryptor,
    audit,
    clock,
    faultPoints,
    log,
    mailFrom,
  });
  const outbox = new Outbox(outboxRepository, database, encryptor, keyring, clock, () => dispatcher.wake());
  const close = async () => {
    await dispatcher.stop();
    await mailer.close();
    await applicationMailers.close();
  };
  const deliveries = new Deliveries(new DeliveryRepository(database), database, keyring, audit, clock);
  return { outbox, deliveries, messageTexts: customTemplates, dispatcher, inbox, capturesSms: fallback !== null, close };
}

function hostAndPort(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname.replace(/^\[|\]$/g, "")}:${port || (protocol === "https:" ? 443 : 80)}`;
}
