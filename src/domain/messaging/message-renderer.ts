import type { Logger } from "pino";
import type { CustomTemplateRepository } from "./custom-template.repository.js";
import type { MessageTemplate, MessageTemplates } from "./message-templates.js";
import { htmlDocument, type MessageParameters, type MessagePart, mailParts, type PartSources, renderPart } from "./template-language.js";

/** Content of a rendered email. */
interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
/** A message to render. */
export interface MessageRequest {
  readonly applicationId: string;
  readonly template: string;
  /** Locale of the recipient. */
  readonly locale: string;
  /** Default locale of the application, used when there is no template in the recipient's. */
  readonly defaultLocale: string;
  readonly parameters: MessageParameters;
}
/** Sources of a message and the locale they are for. */
interface TemplateCandidate {
  readonly locale: string;
  readonly sources: PartSources;
  readonly isCustom: boolean;
}

/** Built-in templates always exist in this locale. */
const FALLBACK_LOCALE = "en";

/** Renders queued messages with the application's custom templates, or the built-in ones where there are none or they fail. */
export class MessageRenderer {
  constructor(
    private readonly templates: MessageTemplates,
    private readonly customTemplates: CustomTemplateRepository,
    private readonly log: Logger,
  ) {}

  async renderMail(request: MessageRequest): Promise<MailContent> {
    const { locale, rendered } = await this.render(request, mailParts);
    const { subject = "", text = "", html = "" } = rendered;
    return { subject, text: `${text}\n`, html: htmlDocument(html, subject, locale) };
  }

  async renderSms(request: MessageRequest): Promise<string> {
    const { rendered } = await this.render(request, ["sms"]);
    return rendered.sms ?? "";
  }

  /** The sources from which a message would be rendered; email and SMS each in the best available locale. */
  async findSources(request: Omit<MessageRequest, "parameters">): Promise<PartSources> {
    const template = this.getTemplate(request.template);
    const bestSources = async (parts: readonly MessagePart[]) =>
      pick((await this.candidates(template, request, parts))[0]?.sources ?? {}, parts);
    return { ...(template.mail ? await bestSources(mailParts) : {}), ...(template.sms ? await bestSources(["sms"]) : {}) };
  }

  private async render(request: MessageRequest, parts: readonly MessagePart[]): Promise<{ locale: string; rendered: PartSources }> {
    const template = this.getTemplate(request.template);
    const { applicationId, parameters } = request;
    for (const { locale, sources, isCustom } of await this.candidates(template, request, parts))
      try {
        const rendered = parts.map(
          async (part) => [part, await renderPart(part, sources[part] ?? "", parameters, template.requiredVariables)] as const,
        );
        return { locale, rendered: Object.fromEntries(await Promise.all(rendered)) };
      } catch (error) {
        if (!isCustom) throw error;
        // Only the class name is logged: the error message may contain values of the message.
        const failure = error instanceof Error ? error.name : "Error";
        this.log.warn(
          { applicationId, template: template.name, locale, failure },
          "custom template failed to render; using the next template",
        );
      }
    throw new Error(`No template available for message ${template.name}`);
  }

  /** Candidates in order of preference: the recipient's locale, the application's, English; exact tag before primary language. */
  private async candidates(
    template: MessageTemplate,
    { applicationId, locale, defaultLocale }: Omit<MessageRequest, "parameters">,
    parts: readonly MessagePart[],
  ): Promise<TemplateCandidate[]> {
    const preferredLocales = [...new Set([locale, defaultLocale, FALLBACK_LOCALE].map((tag) => canonicalLocale(tag) ?? tag))];
    const rows = await this.customTemplates.listByLocales(applicationId, template.name, [
      ...new Set(preferredLocales.flatMap((preferred) => [preferred, languageOf(preferred)])),
    ]);
    const customSources = (tag: string): PartSources[] => {
      const row = rows.find((candidateRow) => candidateRow.locale === tag);
      return row ? [customParts(row)] : [];
    };
    return preferredLocales.flatMap((preferred) => {
      const language = languageOf(preferred);
      const custom = [...customSources(preferred), ...(language === preferred ? [] : customSources(language))];
      const layers = [...custom, this.templates.sourcesOf(template, language) ?? {}];
      // Each candidate omits one more layer, so that a custom template that fails is skipped and the remaining layers are tried.
      return layers
        .map((_, skipped) => ({ locale: preferred, sources: merge(layers.slice(skipped)), isCustom: skipped < custom.length }))
        .filter(({ sources }) => parts.every((part) => sources[part] !== undefined));
    });
  }

  private getTemplate(name: string): MessageTemplate {
    const template = this.templates.find(name);
    if (!template) throw new Error(`Message template not found: ${name}`);
    return template;
  }
}

/** The parts that are customised. */
export function customParts(row: Readonly<Record<MessagePart, string | null>>): PartSources {
  const { subject, text, html, sms } = row;
  return Object.fromEntries(Object.entries({ subject, text, html, sms }).filter(([, source]) => source !== null));
}

const pick = (sources: PartSources, parts: readonly MessagePart[]): PartSources =>
  Object.fromEntries(parts.map((part) => [part, sources[part] ?? ""]));

/** Merges layers; earlier layers take precedence. */
const merge = (layers: readonly PartSources[]): PartSources => Object.assign({}, ...[...layers].reverse()) as PartSources;

/** Canonical form of a language tag (BCP 47); null when it is invalid. */
export function canonicalLocale(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
export const languageOf = (tag: string): string => tag.split("-")[0] ?? tag;
