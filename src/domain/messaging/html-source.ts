const CODE_STYLE = "font-size:32px;letter-spacing:6px;font-weight:600;margin:24px 0";
const BUTTON_STYLE = "display:inline-block;background:#1c2430;color:#fff;padding:12px 20px;border-radius:6px;text-decoration:none";

const isCode = (line: string) => /^{{\s*code\s*}}$/.test(line);
const isLink = (line: string) => /^{{\s*link\s*}}$/.test(line);
/** A single Liquid tag, for example `{% if link != "" %}`. */
const isTag = (line: string) => /^{%(?:(?!%}).)*%}$/.test(line);

/**
 * Derives the Liquid source of a mail's HTML body from the Liquid source of its plain text.
 * A blank line separates paragraphs. On a separate line, `{{ code }}` becomes a large code, `{{ link }}` a button with the label,
 * and a tag remains unchanged. Text is escaped here; values are escaped when the source is rendered.
 * @throws Error when the text has a link line and no label is given, or a label without a link line
 */
export function deriveHtmlSource(text: string, buttonLabel?: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  if (lines.some(isLink) !== Boolean(buttonLabel?.trim()))
    throw new Error("A button label requires a line that contains only {{ link }}, and such a line requires a button label");
  const blocks: string[] = [];
  let paragraph: string[] = [];
  const closeParagraph = () => {
    if (paragraph.length > 0) blocks.push(`<p>${paragraph.map(escapeText).join("<br>\n")}</p>`);
    paragraph = [];
  };
  for (const line of lines) {
    const block = toBlock(line, buttonLabel);
    if (block === null) paragraph.push(line);
    else {
      closeParagraph();
      if (block) blocks.push(block);
    }
  }
  closeParagraph();
  return blocks.join("\n");
}

/** HTML of a blank, tag, code or link line; null for a line of a paragraph. */
function toBlock(line: string, buttonLabel = ""): string | null {
  if (line === "" || isTag(line)) return line;
  if (isCode(line)) return `<p style="${CODE_STYLE}">{{ code }}</p>`;
  if (isLink(line)) return `<p style="margin:24px 0"><a href="{{ link }}" style="${BUTTON_STYLE}">${escapeText(buttonLabel)}</a></p>`;
  return null;
}

/** Escapes text but leaves Liquid tags and outputs unchanged. */
const escapeText = (source: string) => source.replace(/{{.*?}}|{%.*?%}|[&<>]/g, (match) => entities[match] ?? match);
const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
