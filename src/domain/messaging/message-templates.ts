import { type Locale, translatedLocales } from "../../platform/errors/index.js";
import { deriveHtmlSource } from "./html-source.js";
import { globalVariables, type MessagePart, mailParts, type PartSources } from "./template-language.js";
import { templateVariables } from "./template-variables.js";

/** Liquid sources of an email in one language. The HTML is derived from the text. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
  /** Label of the link's button in HTML; required for texts that show a link. */
  readonly buttonLabel?: string;
}
/** A message of the gateway. It can be sent by each channel for which it has texts. */
export interface MessageTemplate {
  readonly name: string;
  /** Completes the phrase "sent when", for developers who write custom templates. */
  readonly sentWhen: string;
  /** Variables that every text must show, such as a code; none when omitted. */
  readonly requiredVariables?: readonly string[];
  /** Email texts; absent when the message is never sent by email. */
  readonly mail?: Readonly<Record<Locale, MailText>>;
  /** SMS texts; absent when the message is never sent by SMS. */
  readonly sms?: Readonly<Record<Locale, string>>;
}
/** A message with the sources of all its parts by language, and the variables they use. */
interface CompiledTemplate {
  readonly template: MessageTemplate;
  readonly sources: ReadonlyMap<string, PartSources>;
  readonly variables: readonly string[];
}

/** The built-in templates of every message, by name. */
export class MessageTemplates {
  private readonly byName: ReadonlyMap<string, CompiledTemplate>;

  /** Validates all templates at start-up. @throws Error when a message lacks a part, a language or a required variable */
  constructor(templates: readonly MessageTemplate[]) {
    this.byName = new Map(templates.map((template) => [template.name, compile(template)]));
  }

  list(): MessageTemplate[] {
    return [...this.byName.values()].map(({ template }) => template);
  }

  find(name: string): MessageTemplate | null {
    return this.byName.get(name)?.template ?? null;
  }

  /** Variables available to a message. */
  variablesOf({ name }: MessageTemplate): readonly string[] {
    return this.byName.get(name)?.variables ?? [];
  }

  /** The built-in sources of a message in a language; null when there are none. */
  sourcesOf({ name }: MessageTemplate, language: string): PartSources | null {
    return this.byName.get(name)?.sources.get(language) ?? null;
  }
}

/** Parts a message consists of. */
export const partsOf = ({ mail, sms }: MessageTemplate): MessagePart[] => [...(mail ? mailParts : []), ...(sms ? ["sms" as const] : [])];

function compile(template: MessageTemplate): CompiledTemplate {
  const compiled = translatedLocales.map((locale) => ({ locale, ...compileLocale(template, locale) }));
  const sources = new Map(compiled.map((entry) => [entry.locale, entry.sources]));
  // A message is queued with the values of the variables its texts use; appName and handle are added to every message.
  return { template, sources, variables: [...new Set(["appName", "handle", ...compiled.flatMap(({ variables }) => variables)])] };
}

function compileLocale(template: MessageTemplate, locale: Locale): { sources: PartSources; variables: string[] } {
  try {
    const { mail, sms } = template;
    const { subject = "", text = "", buttonLabel }: Partial<MailText> = mail?.[locale] ?? {};
    const mailSources = { subject, text, html: deriveHtmlSource(text, buttonLabel) };
    const sources: PartSources = { ...(mail ? mailSources : {}), ...(sms ? { sms: sms[locale] } : {}) };
    requireComplete(template, sources);
    return { sources, variables: usedVariables(sources) };
  } catch (error) {
    throw new Error(`Message template ${template.name} (${locale}): ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function requireComplete(template: MessageTemplate, sources: PartSources): void {
  const parts = partsOf(template);
  if (parts.length === 0 || !parts.every((part) => sources[part]?.trim())) throw new Error("missing a subject, text or SMS part");
  for (const variable of template.requiredVariables ?? [])
    for (const part of parts)
      if (part !== "subject" && !placeholderOf(variable).test(sources[part] ?? ""))
        throw new Error(`the ${part} part does not use the required variable ${variable}`);
  if (!hasCodeBeforeLink(sources.text ?? "")) throw new Error("the text part must contain the code on a separate line, before any link");
}
/** Mail clients offer to copy a code on a separate line before any link. True for a text without a code. */
function hasCodeBeforeLink(text: string): boolean {
  const codeLine = text.search(/^{{\s*code\s*}}$/m);
  const link = text.search(placeholderOf("link"));
  return codeLine === -1 ? !placeholderOf("code").test(text) : link === -1 || codeLine < link;
}
const placeholderOf = (variable: string) => new RegExp(`{{\\s*${variable}\\s*}}`);

/** @throws Error when a source does not parse or uses a variable without a description */
function usedVariables(sources: PartSources): string[] {
  const used = Object.entries(sources).flatMap(([part, source]) => globalVariables(part as MessagePart, source));
  const undescribed = used.find((variable) => !Object.hasOwn(templateVariables, variable));
  if (undescribed) throw new Error(`undocumented variable ${undescribed}; describe it in src/domain/messaging/template-variables.ts`);
  return used;
}
