import type { Logger } from "pino";
import type { MessageTextRepository } from "./message-text.repository.js";
import { htmlDocument, type MessageParameters, type MessagePart, mailParts, type PartSources, renderPart } from "./template-language.js";
import { defaultSources, type MessageTemplate, type MessageText, type Templates } from "./templates.js";

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
interface Wording {
  readonly locale: string;
  readonly sources: PartSources;
  readonly isOwn: boolean;
}

/** The last resort: the gateway speaks it. */
const LAST_LOCALE = "en";

/** Turns a queued message into what leaves: in the application's own words where it has some that work, else in the gateway's. */
export class MessageRenderer {
  constructor(
    private readonly templates: Templates,
    private readonly texts: MessageTextRepository,
    private readonly log: Logger,
  ) {}

  async renderMail(request: MessageRequest): Promise<MessageText> {
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
    const template = this.require(request.template);
    const best = async (parts: readonly MessagePart[]) => pick((await this.wordings(template, request, parts))[0]?.sources ?? {}, parts);
    return { ...(template.texts ? await best(mailParts) : {}), ...(template.sms ? await best(["sms"]) : {}) };
  }

  private async render(request: MessageRequest, parts: readonly MessagePart[]): Promise<{ locale: string; rendered: PartSources }> {
    const template = this.require(request.template);
    const { applicationId, parameters } = request;
    for (const { locale, sources, isOwn } of await this.wordings(template, request, parts))
      try {
        const rendered = parts.map(
          async (part) => [part, await renderPart(part, sources[part] ?? "", parameters, template.needs)] as const,
        );
        return { locale, rendered: Object.fromEntries(await Promise.all(rendered)) };
      } catch (error) {
        if (!isOwn) throw error;
        // Only the class: the rest may repeat what the message says.
        const failure = error instanceof Error ? error.name : "Error";
        this.log.warn({ applicationId, template: template.name, locale, failure }, "an application's own message text is broken");
      }
    throw new Error(`There are no words for the message ${template.name}`);
  }

  /** What to try, best first: the reader's language, the application's, English; in each the exact tag before the bare language. */
  private async wordings(
    template: MessageTemplate,
    { applicationId, locale, defaultLocale }: Omit<MessageRequest, "parameters">,
    parts: readonly MessagePart[],
  ): Promise<Wording[]> {
    const wishes = [...new Set([locale, defaultLocale, LAST_LOCALE].map((tag) => canonicalLocale(tag) ?? tag))];
    const rows = await this.texts.listOf(applicationId, template.name, [...new Set(wishes.flatMap((wish) => [wish, languageOf(wish)]))]);
    const ownSources = (tag: string): PartSources[] => {
      const row = rows.find((one) => one.locale === tag);
      return row ? [ownParts(row)] : [];
    };
    return wishes.flatMap((wish) => {
      const language = languageOf(wish);
      const own = [...ownSources(wish), ...(language === wish ? [] : ownSources(language))];
      const layers = [...own, defaultSources(template, language) ?? {}];
      // A broken text is left out; what stands behind it is tried without it.
      return layers
        .map((_, left) => ({ locale: wish, sources: merge(layers.slice(left)), isOwn: left < own.length }))
        .filter(({ sources }) => parts.every((part) => sources[part] !== undefined));
    });
  }

  private require(name: string): MessageTemplate {
    const template = this.templates.find(name);
    if (!template) throw new Error(`There is no message template ${name}`);
    return template;
  }
}

/** The parts an application has words of its own for. */
export function ownParts(row: Readonly<Record<MessagePart, string | null>>): PartSources {
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
