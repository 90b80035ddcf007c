import { type Locale, translatedLocales } from "../../platform/errors/index.js";
import { globalVariables, type MessagePart, mailParts, type PartSources } from "./template-language.js";
import { templateVariables } from "./template-variables.js";

/** What people read, in one language: Liquid sources. `html` is the body inside the gateway's layout. */
export interface MailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}
/** One kind of message. `needs` are the variables without which it would be pointless (code, link). */
export interface MessageTemplate {
  readonly name: string;
  /** For people who write their own texts: what has happened when it is sent. */
  readonly sentWhen: string;
  readonly requiredVariables: readonly string[];
  /** What a mail says; none: it is never mailed. */
  readonly mail?: Readonly<Record<Locale, MailContent>>;
  /** What a text message says, a code first; none: it is never sent as one. */
  readonly sms?: Readonly<Record<Locale, string>>;
}

/** Every message the gateway can send, by name, as the gateway words it. */
export class MessageTemplates {
  private readonly byName: ReadonlyMap<string, MessageTemplate>;
  private readonly variablesByName: ReadonlyMap<string, readonly string[]>;

  /** @throws Error when a text lacks a part or a needed variable: better at the start than when a user waits for the mail */
  constructor(templates: readonly MessageTemplate[]) {
    for (const template of templates) for (const locale of translatedLocales) requireComplete(template, locale);
    this.byName = new Map(templates.map((template) => [template.name, template]));
    this.variablesByName = new Map(templates.map((template) => [template.name, variablesOf(template)]));
  }

  list(): MessageTemplate[] {
    return [...this.byName.values()];
  }

  find(name: string): MessageTemplate | null {
    return this.byName.get(name) ?? null;
  }

  /** What a message can show. */
  variablesOf({ name }: MessageTemplate): readonly string[] {
    return this.variablesByName.get(name) ?? [];
  }
}

/** Parts a message consists of. */
export const partsOf = ({ mail, sms }: MessageTemplate): MessagePart[] => [...(mail ? mailParts : []), ...(sms ? ["sms" as const] : [])];

/** The gateway's own words in a language; null when it does not speak it. */
export function builtInSources({ mail, sms }: MessageTemplate, language: string): PartSources | null {
  const locale = translatedLocales.find((supported) => supported === language);
  return locale ? { ...mail?.[locale], ...(sms ? { sms: sms[locale] } : {}) } : null;
}

function requireComplete(template: MessageTemplate, locale: Locale): void {
  const sources = builtInSources(template, locale) ?? {};
  const parts = partsOf(template);
  if (parts.length === 0 || !parts.every((part) => sources[part]?.trim()))
    throw new Error(`The message ${template.name} (${locale}) lacks a subject, text, HTML or SMS part`);
  for (const variable of template.requiredVariables)
    for (const part of parts)
      if (part !== "subject" && !new RegExp(`{{\\s*${variable}\\s*}}`).test(sources[part] ?? ""))
        throw new Error(`The message ${template.name} (${locale}) does not show ${variable}`);
}

/** The variables a message's own texts use are the ones it is sent with; name and address come with every message. */
function variablesOf(template: MessageTemplate): string[] {
  const sources = translatedLocales.flatMap((locale) => Object.entries(builtInSources(template, locale) ?? {}));
  const used = sources.flatMap(([part, source]) => globalVariables(part as MessagePart, source));
  const undescribed = used.find((name) => !Object.hasOwn(templateVariables, name));
  if (undescribed) throw new Error(`The message ${template.name} uses ${undescribed}, which src/messaging/variables.ts does not describe`);
  return [...new Set(["appName", "handle", ...used])];
}
