import type { Logger } from "pino";
import type { CustomTemplateRepository } from "./custom-template.repository.js";
import type { MessageTemplate, MessageTemplates } from "./message-templates.js";
import { htmlDocument, type MessageParameters, type MessagePart, mailParts, type PartSources, renderPart } from "./template-language.js";

/** A mail as it is sent. */
interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
/** Which message, for whom. */
export interface MessageRequest {
  readonly applicationId: string;
  readonly template: string;
  /** The reader's. */
  readonly locale: string;
  /** The application's: for readers whose language nobody has words in. */
  readonly defaultLocale: string;
  readonly parameters: MessageParameters;
}
/** Sources to try, and in which language they are. */
interface TemplateCandidate {
  readonly locale: string;
  readonly sources: PartSources;
  readonly isCustom: boolean;
}

/** The last resort: the gateway speaks it. */
const FALLBACK_LOCALE = "en";

/** Turns a queued message into what leaves: in the application's own words where it has some that work, else in the gateway's. */
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

  /** The sources a message would be rendered from: its mail and its text message, each in the best language there is. */
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
        // Only the class: the rest may repeat what the message says.
        const failure = error instanceof Error ? error.name : "Error";
        this.log.warn(
          { applicationId, template: template.name, locale, failure },
          "custom template failed to render; using the next template",
        );
      }
    throw new Error(`No template available for message ${template.name}`);
  }

  /** What to try, best first: the reader's language, the application's, English; in each the exact tag before the bare language. */
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
      // A broken text is left out; what stands behind it is tried without it.
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

/** The parts an application has words of its own for. */
export function customParts(row: Readonly<Record<MessagePart, string | null>>): PartSources {
  const { subject, text, html, sms } = row;
  return Object.fromEntries(Object.entries({ subject, text, html, sms }).filter(([, source]) => source !== null));
}

const pick = (sources: PartSources, parts: readonly MessagePart[]): PartSources =>
  Object.fromEntries(parts.map((part) => [part, sources[part] ?? ""]));

/** What the first has, else the second, and so on. */
const merge = (layers: readonly PartSources[]): PartSources => Object.assign({}, ...[...layers].reverse()) as PartSources;

/** The one way to write a language tag; null when it is none. */
export function canonicalLocale(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
export const languageOf = (tag: string): string => tag.split("-")[0] ?? tag;
