import type { Clock } from "../../platform/clock.js";
import type { Database } from "../../platform/database/index.js";
import type { Application } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import { canonicalLocale, languageOf, type MessageRenderer, ownParts } from "./message-renderer.js";
import type { MessageTextRepository } from "./message-text.repository.js";
import {
  globalVariables,
  type MessageParameters,
  type MessagePart,
  mailParts,
  type PartSources,
  partLimits,
  renderPart,
  unknownPlaceholders,
} from "./template-language.js";
import { defaultSources, type MessageTemplate, partsOf, type Templates } from "./templates.js";
import { variables } from "./variables.js";

/** An application's own words for one message in one language. */
export interface OwnText {
  readonly template: string;
  readonly locale: string;
  readonly parts: PartSources;
}
/** A message as it would look, with samples for what differs from one to the next. */
export interface Preview {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly sms?: string;
}

/** Thrown with one sentence for people when a text cannot be an application's own. */
export class MessageTextRefused extends Error {
  override name = "MessageTextRefused";
}

interface Parts {
  readonly templates: Templates;
  readonly repository: MessageTextRepository;
  readonly renderer: MessageRenderer;
  readonly audit: AuditLog;
  readonly database: Database;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** Applications' own words for messages. A running gateway uses a change from the next message. */
export class MessageTexts {
  constructor(private readonly parts: Parts) {}

  /** Every message with the languages an application has words of its own in. */
  async list({ id }: Application): Promise<{ template: MessageTemplate; parts: MessagePart[]; own: OwnText[] }[]> {
    const rows = (await this.parts.repository.list(id)).map((row) => ({ ...row, parts: ownParts(row) }));
    return this.parts.templates.list().map((template) => ({
      template,
      parts: partsOf(template),
      own: rows.filter((row) => row.template === template.name).map(({ locale, parts }) => ({ template: template.name, locale, parts })),
    }));
  }

  /** The sources a message is rendered from for readers of a language, and which parts are the application's own in just that language. */
  async find(application: Application, name: string, tag?: string): Promise<OwnText & { readonly own: MessagePart[] }> {
    const template = this.requireTemplate(name);
    const { default: defaultLocale } = application.settings.locales;
    const locale = requireLocale(tag ?? defaultLocale);
    const applicationId = application.id;
    const parts = await this.parts.renderer.findSources({ applicationId, template: name, locale, defaultLocale });
    const [row] = await this.parts.repository.listOf(applicationId, name, [locale]);
    const own = Object.keys(row ? ownParts(row) : {}) as MessagePart[];
    return { template: template.name, locale, own, parts };
  }

  /** Keeps an application's own words for some parts; the other parts stay as they are. @throws MessageTextRefused */
  async save(application: Application, name: string, tag: string, change: PartSources, actor: string): Promise<OwnText> {
    const { repository, audit, database, clock } = this.parts;
    const template = this.requireTemplate(name);
    const locale = requireLocale(tag);
    for (const [part, source] of Object.entries(change)) await this.requireGood(template, part as MessagePart, source);
    return await database.transaction(async () => {
      const applicationId = application.id;
      const [before] = await repository.listOf(applicationId, name, [locale]);
      const parts: PartSources = { ...(before ? ownParts(before) : {}), ...change };
      requireWhole(template, locale, parts);
      const { subject = null, text = null, html = null, sms = null } = parts;
      await repository.put({ applicationId, template: name, locale, subject, text, html, sms, changedAt: clock.now() });
      const details = { template: name, locale, parts: Object.keys(change) };
      await audit.record({ applicationId, event: "MESSAGE_TEXT_CHANGED", outcome: "SUCCESS", actor, details });
      return { template: name, locale, parts };
    });
  }

  /** Back to the gateway's words, in one language or in all; returns in how many there were others. */
  async reset({ id: applicationId }: Application, name: string, tag: string | undefined, actor: string): Promise<number> {
    const { repository, audit, database } = this.parts;
    this.requireTemplate(name);
    const locale = tag === undefined ? undefined : requireLocale(tag);
    return await database.transaction(async () => {
      const count = await repository.delete(applicationId, name, locale);
      const details = { template: name, ...(locale ? { locale } : {}) };
      if (count > 0) await audit.record({ applicationId, event: "MESSAGE_TEXT_RESET", outcome: "SUCCESS", actor, details });
      return count;
    });
  }

  /** A message as readers of a language would get it. */
  async preview(application: Application, name: string, tag?: string): Promise<Preview> {
    const template = this.requireTemplate(name);
    const { default: defaultLocale } = application.settings.locales;
    const parameters = this.samples(template, application.settings.general.name);
    const locale = requireLocale(tag ?? defaultLocale);
    const request = { applicationId: application.id, template: name, locale, defaultLocale, parameters };
    const { renderer } = this.parts;
    return {
      ...(template.texts ? await renderer.renderMail(request) : {}),
      ...(template.sms ? { sms: await renderer.renderSms(request) } : {}),
    };
  }

  private async requireGood(template: MessageTemplate, part: MessagePart, source: string): Promise<void> {
    const { templates } = this.parts;
    const refuse = (sentence: string) => new MessageTextRefused(`${part}: ${sentence}`);
    if (!partsOf(template).includes(part)) throw refuse(`the message ${template.name} has no such part`);
    if (Buffer.byteLength(source) > partLimits[part].source) throw refuse(`is longer than ${partLimits[part].source} bytes`);
    const [unknownWord] = unknownPlaceholders(source);
    if (unknownWord) throw refuse(`${unknownWord} is not a placeholder`);
    const known = templates.variablesOf(template);
    try {
      const unknown = globalVariables(part, source).find((name) => !known.includes(name));
      if (unknown !== undefined) throw refuse(`there is no variable ${unknown}; this message has ${known.join(", ")}`);
      for (const parameters of this.trials(template)) await renderPart(part, source, parameters, template.needs);
    } catch (error) {
      if (error instanceof MessageTextRefused) throw error;
      throw refuse(error instanceof Error ? error.message : "cannot be rendered");
    }
  }

  /** Values to try a text with: a code or link that is written into it, or shown for some values only, does not pass. */
  private trials(template: MessageTemplate): MessageParameters[] {
    const one = this.samples(template, "Blue Heron");
    const other = { ...one, handle: "b@example.net", ...("code" in one ? { code: "0517306482" } : {}) };
    const link = template.needs.includes("link") ? `${one["link"]}-other` : "";
    return [one, "link" in one ? { ...other, link } : other];
  }

  private samples(template: MessageTemplate, appName: string): MessageParameters {
    const known = this.parts.templates.variablesOf(template).map((name) => [name, variables[name]?.sample ?? ""]);
    const given = { ...Object.fromEntries(known), appName } as Record<string, string>;
    return "link" in given ? { ...given, link: `${this.parts.publicUrl}/sample-link?for=${encodeURIComponent(appName)}&code=x` } : given;
  }

  private requireTemplate(name: string): MessageTemplate {
    const template = this.parts.templates.find(name);
    const names = this.parts.templates.list().map((one) => one.name);
    if (!template) throw new MessageTextRefused(`there is no message ${name}; there are ${names.join(", ")}`);
    return template;
  }
}

/** Half a message in a language the gateway does not speak would be no message. */
function requireWhole(template: MessageTemplate, locale: string, parts: PartSources): void {
  if (defaultSources(template, languageOf(locale))) return;
  const given = Object.keys(parts);
  const missing = given.some((part) => part !== "sms") ? mailParts.filter((part) => !given.includes(part)) : [];
  if (missing.length > 0)
    throw new MessageTextRefused(`the gateway has no words of its own in ${locale}: ${missing.join(" and ")} must be given too`);
}

function requireLocale(tag: string): string {
  const locale = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/.test(tag) ? canonicalLocale(tag) : null;
  if (locale === null) throw new MessageTextRefused(`${tag.slice(0, 40)} is not a language tag such as en or de-CH`);
  return locale;
}
