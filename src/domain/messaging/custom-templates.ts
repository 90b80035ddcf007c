import type { Clock } from "../../platform/clock.js";
import type { Database } from "../../platform/database/index.js";
import type { Application, ApplicationContext } from "../applications/index.js";
import type { AuditLog } from "../audit/index.js";
import type { CustomTemplateRepository } from "./custom-template.repository.js";
import { canonicalLocale, customParts, languageOf, type MessageRenderer } from "./message-renderer.js";
import { type MessageTemplate, type MessageTemplates, partsOf } from "./message-templates.js";
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
import { templateVariables } from "./template-variables.js";

/** An application's custom template for one message in one locale. */
export interface CustomTemplate {
  readonly template: string;
  readonly locale: string;
  readonly parts: PartSources;
}
/** A message rendered with sample values. */
export interface MessagePreview {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly sms?: string;
}

/** Thrown when a custom template is invalid; the message is shown to the caller. */
export class InvalidTemplateError extends Error {
  override name = "InvalidTemplateError";
}

interface Dependencies {
  readonly templates: MessageTemplates;
  readonly repository: CustomTemplateRepository;
  readonly renderer: MessageRenderer;
  readonly audit: AuditLog;
  readonly database: Database;
  readonly clock: Clock;
  readonly publicUrl: string;
}

/** Custom message templates of applications. A change applies from the next message, without a restart. */
export class CustomTemplates {
  constructor(private readonly dependencies: Dependencies) {}

  /** Lists all messages with the application's custom templates. */
  async list({ id }: Application): Promise<{ template: MessageTemplate; parts: MessagePart[]; own: CustomTemplate[] }[]> {
    const rows = (await this.dependencies.repository.list(id)).map((row) => ({ ...row, parts: customParts(row) }));
    return this.dependencies.templates.list().map((template) => ({
      template,
      parts: partsOf(template),
      own: rows.filter((row) => row.template === template.name).map(({ locale, parts }) => ({ template: template.name, locale, parts })),
    }));
  }

  /** The sources from which a message is rendered in a locale, and which of its parts are customised in exactly that locale. */
  async find(application: Application, name: string, tag?: string): Promise<CustomTemplate & { readonly customParts: MessagePart[] }> {
    const template = this.requireTemplate(name);
    const { default: defaultLocale } = application.settings.locales;
    const locale = requireLocale(tag ?? defaultLocale);
    const applicationId = application.id;
    const parts = await this.dependencies.renderer.findSources({ applicationId, template: name, locale, defaultLocale });
    const [row] = await this.dependencies.repository.listByLocales(applicationId, name, [locale]);
    const customised = Object.keys(row ? customParts(row) : {}) as MessagePart[];
    return { template: template.name, locale, customParts: customised, parts };
  }

  /** Stores custom sources for some parts; the other parts remain unchanged. @throws InvalidTemplateError */
  async save(context: ApplicationContext, name: string, tag: string, change: PartSources): Promise<CustomTemplate> {
    const { repository, audit, database, clock } = this.dependencies;
    const template = this.requireTemplate(name);
    const locale = requireLocale(tag);
    for (const [part, source] of Object.entries(change)) await this.requireValid(template, part as MessagePart, source);
    return await database.transaction(async (tx) => {
      const applicationId = context.application.id;
      const [before] = await repository.listByLocales(applicationId, name, [locale]);
      const parts: PartSources = { ...(before ? customParts(before) : {}), ...change };
      if (!this.dependencies.templates.sourcesOf(template, languageOf(locale))) requireAllMailParts(locale, parts);
      const { subject = null, text = null, html = null, sms = null } = parts;
      await repository.put(tx, { applicationId, template: name, locale, subject, text, html, sms, changedAt: clock.now() });
      const details = { template: name, locale, parts: Object.keys(change) };
      await audit.success(context, "MESSAGE_TEXT_CHANGED", details);
      return { template: name, locale, parts };
    });
  }

  /** Deletes the custom templates of a message in one locale or in all; returns how many were deleted. */
  async reset(context: ApplicationContext, name: string, tag: string | undefined): Promise<number> {
    const { repository, audit, database } = this.dependencies;
    this.requireTemplate(name);
    const locale = tag === undefined ? undefined : requireLocale(tag);
    return await database.transaction(async (tx) => {
      const count = await repository.delete(tx, context.application.id, name, locale);
      const details = { template: name, ...(locale ? { locale } : {}) };
      if (count > 0) await audit.success(context, "MESSAGE_TEXT_RESET", details);
      return count;
    });
  }

  /** Renders a message in a locale with sample values. */
  async preview(application: Application, name: string, tag?: string): Promise<MessagePreview> {
    const template = this.requireTemplate(name);
    const { default: defaultLocale } = application.settings.locales;
    const parameters = this.sampleParameters(template, application.settings.general.name);
    const locale = requireLocale(tag ?? defaultLocale);
    const request = { applicationId: application.id, template: name, locale, defaultLocale, parameters };
    const { renderer } = this.dependencies;
    return {
      ...(template.mail ? await renderer.renderMail(request) : {}),
      ...(template.sms ? { sms: await renderer.renderSms(request) } : {}),
    };
  }

  private async requireValid(template: MessageTemplate, part: MessagePart, source: string): Promise<void> {
    const { templates } = this.dependencies;
    const invalid = (sentence: string) => new InvalidTemplateError(`${part}: ${sentence}`);
    if (!partsOf(template).includes(part)) throw invalid(`message ${template.name} has no such part`);
    if (Buffer.byteLength(source) > partLimits[part].source) throw invalid(`exceeds ${partLimits[part].source} bytes`);
    const [unknownPlaceholder] = unknownPlaceholders(source);
    if (unknownPlaceholder) throw invalid(`${unknownPlaceholder} is not a known placeholder`);
    const knownVariables = templates.variablesOf(template);
    try {
      const unknownVariable = globalVariables(part, source).find((name) => !knownVariables.includes(name));
      if (unknownVariable !== undefined)
        throw invalid(`unknown variable ${unknownVariable}; available variables: ${knownVariables.join(", ")}`);
      for (const parameters of this.sampleParameterSets(template)) await renderPart(part, source, parameters, template.requiredVariables);
    } catch (error) {
      if (error instanceof InvalidTemplateError) throw error;
      throw invalid(error instanceof Error ? error.message : "rendering failed");
    }
  }

  /** Two different sets of values: rejects templates with a hard-coded code or link, or that show it for some values only. */
  private sampleParameterSets(template: MessageTemplate): MessageParameters[] {
    const first = this.sampleParameters(template, "Blue Heron");
    const second = { ...first, handle: "b@example.net", ...("code" in first ? { code: "0517306482" } : {}) };
    const link = template.requiredVariables?.includes("link") ? `${first["link"]}-other` : "";
    return [first, "link" in first ? { ...second, link } : second];
  }

  private sampleParameters(template: MessageTemplate, appName: string): MessageParameters {
    const known = this.dependencies.templates.variablesOf(template).map((name) => [name, templateVariables[name]?.sample ?? ""]);
    const parameters = { ...Object.fromEntries(known), appName } as Record<string, string>;
    return "link" in parameters
      ? { ...parameters, link: `${this.dependencies.publicUrl}/sample-link?for=${encodeURIComponent(appName)}&code=x` }
      : parameters;
  }

  private requireTemplate(name: string): MessageTemplate {
    const template = this.dependencies.templates.find(name);
    const names = this.dependencies.templates.list().map((known) => known.name);
    if (!template) throw new InvalidTemplateError(`Message not found: ${name}. Available messages: ${names.join(", ")}`);
    return template;
  }
}

/** Without a built-in template in this language, missing parts cannot be taken from it. */
function requireAllMailParts(locale: string, parts: PartSources): void {
  const given = Object.keys(parts);
  const missing = given.some((part) => part !== "sms") ? mailParts.filter((part) => !given.includes(part)) : [];
  if (missing.length > 0)
    throw new InvalidTemplateError(`there is no built-in template for locale ${locale}: ${missing.join(" and ")} must be provided as well`);
}

function requireLocale(tag: string): string {
  const locale = /^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}$/.test(tag) ? canonicalLocale(tag) : null;
  if (locale === null) throw new InvalidTemplateError(`${tag.slice(0, 40)} is not a language tag such as en or de-CH`);
  return locale;
}
