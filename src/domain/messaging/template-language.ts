import { Liquid } from "liquidjs";
import { placeholders } from "./template-variables.js";

/** Values of template variables, by name. */
export type MessageParameters = Readonly<Record<string, string>>;

export const mailParts = ["subject", "text", "html"] as const;
export type MessagePart = (typeof mailParts)[number] | "sms";
/** Sources of some or all parts of a message. */
export type PartSources = Readonly<Partial<Record<MessagePart, string>>>;

/** Maximum lengths of sources and rendered parts, in bytes; for the rendered subject and SMS, in characters. */
export const partLimits: Readonly<Record<MessagePart, { readonly source: number; readonly rendered: number }>> = {
  subject: { source: 500, rendered: 400 },
  text: { source: 10_000, rendered: 20_000 },
  html: { source: 50_000, rendered: 60_000 },
  sms: { source: 500, rendered: 480 },
};

/** Allowed subset of Liquid: no loops, includes or dates, and no filter that disables escaping. */
const allowedTags = new Set(["if", "unless", "case", "assign", "capture", "comment", "raw", "#"]);
const allowedFilters = new Set("append capitalize default downcase prepend strip truncate upcase url_encode".split(" "));

interface FilterState {
  readonly context: { readonly memoryLimit: { use(count: number): void } };
}
/** Counts output against the memory limit, so that repeating a long value cannot produce unbounded output. */
function countOutput(this: FilterState, value: unknown): string {
  const text = typeof value === "string" ? value : String(value ?? "");
  this.context.memoryLimit.use(text.length);
  return text;
}

function createEngine(outputEscape: "escape" | typeof countOutput): Liquid {
  const limits = { parseLimit: 100_000, renderLimit: 200, memoryLimit: 200_000 };
  const strict = { strictVariables: true, strictFilters: true, ownPropertyOnly: true, templates: {}, locale: "en-US" };
  const engine = new Liquid({ ...limits, ...strict, outputEscape: outputEscape as "escape" });
  restrictTo(engine.tags, allowedTags);
  restrictTo(engine.filters, allowedFilters);
  return engine;
}
/** The prototype is removed so that names such as `constructor` are not found as tags or filters. */
function restrictTo(registered: Record<string, unknown>, allowed: ReadonlySet<string>): void {
  for (const name of Object.keys(registered)) if (!allowed.has(name)) delete registered[name];
  Object.setPrototypeOf(registered, null);
}

const htmlEngine = createEngine("escape");
const textEngine = createEngine(countOutput);
const engineOf = (part: MessagePart) => (part === "html" ? htmlEngine : textEngine);

/** Replaces placeholders such as `%CODE%` by `{{ code }}`. Applied to sources only; values are never parsed as templates. */
const expandPlaceholders = (source: string) =>
  source.replace(/%[A-Z_]+%/g, (word) => (Object.hasOwn(placeholders, word) ? `{{ ${placeholders[word]} }}` : word));

/** Finds words that have the form of a placeholder but are not defined. */
export const unknownPlaceholders = (source: string) =>
  [...source.matchAll(/%[A-Z_]{3,}%/g)].map(([word]) => word).filter((word) => !Object.hasOwn(placeholders, word));

/** Variables that a source uses but does not assign itself. @throws Error of the Liquid parser when the source is invalid */
export const globalVariables = (part: MessagePart, source: string): string[] => {
  const engine = engineOf(part);
  return engine.globalVariablesSync(engine.parse(expandPlaceholders(source)));
};

/** Thrown when rendered output is invalid; the message states the reason. */
export class TemplateOutputError extends Error {
  override name = "TemplateOutputError";
}

/** Renders one part. @throws Error when rendering fails, or the output is empty, too long or lacks a required value */
export async function renderPart(
  part: MessagePart,
  source: string,
  parameters: MessageParameters,
  requiredVariables: readonly string[] = [],
): Promise<string> {
  const rendered = String(await engineOf(part).parseAndRender(expandPlaceholders(source), parameters));
  const isSingleLine = part === "subject" || part === "sms";
  const text = isSingleLine ? toSingleLine(rendered) : rendered.trim();
  const limit = partLimits[part].rendered;
  if (text === "") throw new TemplateOutputError("renders to empty text");
  if ((isSingleLine ? text.length : Buffer.byteLength(text)) > limit)
    throw new TemplateOutputError(`renders to more than ${limit} ${isSingleLine ? "characters" : "bytes"}`);
  for (const name of part === "subject" ? [] : requiredVariables) {
    const value = parameters[name] ?? "";
    const expectedText = part === "html" ? String(htmlEngine.parseAndRenderSync("{{ value }}", { value })) : value;
    if (!text.includes(expectedText)) throw new TemplateOutputError(`does not contain the required variable {{ ${name} }}`);
  }
  return text;
}

/** Replaces whitespace and control characters by single spaces: prevents header injection in the subject. */
const toSingleLine = (text: string) => text.replace(/[\s\p{Cc}]+/gu, " ").trim();

/** Returns a complete HTML document unchanged and wraps a fragment in the default layout. */
export function htmlDocument(body: string, subject: string, locale: string): string {
  if (/<html[\s>]/i.test(body)) return `${body}\n`;
  const title = String(htmlEngine.parseAndRenderSync("{{ subject }}", { subject }));
  return `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body style="margin:0;padding:24px;background:#f4f5f7;font-family:system-ui,sans-serif;color:#1c2430">
<div style="max-width:480px;margin:0 auto;padding:32px;background:#fff;border-radius:8px;font-size:16px;line-height:1.5">
${body}
</div>
</body>
</html>
`;
}
