import { describe, expect, it } from "vitest";
import { deriveHtmlSource } from "./html-source.js";
import { htmlDocument, renderPart } from "./template-language.js";

const BUTTON = (label: string) =>
  expect.stringMatching(new RegExp(`^<p style="[^"<>]+"><a href="{{ link }}" style="[^"<>]+">${label}</a></p>$`));
const CODE = expect.stringMatching(/^<p style="[^"<>]*font-size:32px[^"<>]*">{{ code }}<\/p>$/);

describe("HTML source of a mail", () => {
  it.each<[string, string, string | undefined, unknown[]]>([
    ["one sentence", "Hello {{ appName }}.", undefined, ["<p>Hello {{ appName }}.</p>"]],
    ["a blank line", "One.\n\nTwo.", undefined, ["<p>One.</p>", "<p>Two.</p>"]],
    ["several blank lines and spaces", "\n One. \n \n\n\tTwo.\r\n\n", undefined, ["<p>One.</p>", "<p>Two.</p>"]],
    ["two lines of a paragraph", "One\ntwo.", undefined, ["<p>One<br>", "two.</p>"]],
    ["a code on a line of its own", "Enter:\n\n{{ code }}\n\nBye.", undefined, ["<p>Enter:</p>", CODE, "<p>Bye.</p>"]],
    ["a code directly below a sentence", "Enter:\n{{code}}", undefined, ["<p>Enter:</p>", CODE]],
    ["a code in a sentence", "Enter {{ code }} now.", undefined, ["<p>Enter {{ code }} now.</p>"]],
    ["a link with its sentence", "Or here:\n{{ link }}\n\nBye.", "Open", ["<p>Or here:</p>", BUTTON("Open"), "<p>Bye.</p>"]],
    ["a link in a sentence", "See {{ link }}.", undefined, ["<p>See {{ link }}.</p>"]],
    ["a label with a variable", "{{ link }}", "Open {{ appName }}", [BUTTON("Open {{ appName }}")]],
    [
      "a conditional link",
      '{{ code }}\n{% if link != "" %}\nOr:\n{{ link }}\n{% endif %}\nBye.',
      "Open",
      [CODE, '{% if link != "" %}', "<p>Or:</p>", BUTTON("Open"), "{% endif %}", "<p>Bye.</p>"],
    ],
    ["characters of HTML", `a < b & c > d "e" 'f'`, undefined, [`<p>a &lt; b &amp; c &gt; d "e" 'f'</p>`]],
    ["characters of HTML in a label", "{{ link }}", "<b> & more", [BUTTON("&lt;b&gt; &amp; more")]],
    ["characters of HTML in Liquid", "{% if a < b %}x & y{% endif %}", undefined, ["<p>{% if a < b %}x &amp; y{% endif %}</p>"]],
  ])("%s - becomes markup of its kind", (_, text, label, expected) => {
    expect(deriveHtmlSource(text, label).split("\n")).toEqual(expected);
  });

  it.each([
    ["a link without a label", "{{ link }}", undefined],
    ["a link with a blank label", "{{ link }}", " "],
    ["a label without a link", "Hello.", "Open"],
    ["a label whose link is part of a sentence", "See {{ link }}.", "Open"],
  ])("%s - is rejected", (_, text, label) => {
    expect(() => deriveHtmlSource(text, label)).toThrow("button label requires");
  });

  it.each([
    `"><script>alert(1)</script>`,
    `' onmouseover='alert(1)`,
    `" style="x" onclick="alert(1)`,
    "</p></a></title><img src=x onerror=alert(1)>",
    "{{ handle }} {% raw %} %LINK%",
    "https://id.example.com/?a=1&lt;b",
  ])("the value %s - in a sentence, a code and a link - is text and stays inside its attribute", async (value) => {
    const source = deriveHtmlSource("For {{ appName }}:\n\n{{ code }}\n\n{{ link }}", "{{ appName }}");
    const body = await renderPart("html", source, { appName: value, code: value, link: value }, ["code", "link"]);
    const document = htmlDocument(body, value, "en");
    const tags = [...document.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
    const harmless = htmlDocument(await renderPart("html", source, { appName: "x", code: "x", link: "x" }, []), "x", "en");
    const escaped = value.replace(
      /[&<>"']/g,
      (character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&#34;", "'": "&#39;" })[character] ?? "",
    );
    expect(tags.map((tag) => tag.replace(`href="${escaped}"`, 'href="x"'))).toEqual([...harmless.matchAll(/<[^>]*>/g)].map(([tag]) => tag));
    expect(body.split(escaped)).toHaveLength(5);
  });
});
