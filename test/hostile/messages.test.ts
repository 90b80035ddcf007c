import { describe, expect, it } from "vitest";
import type { MessagePart, PartSources } from "../../src/domain/messaging/template-language.js";
import { inApplication, internalContext } from "../../src/domain/request-context.js";
import type { TestApplication } from "../support/gateway.js";
import { hostileFixture } from "../support/hostile-fixture.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

const completeText = (text: string): PartSources => ({ text: `${text}\n{{ code }}\n{{ link }}` });
async function save({ id }: TestApplication, message: string, locale: string, parts: PartSources) {
  const application = await fixture.gateway.services.applicationRegistry.find(id);
  if (!application) throw new Error("No such application");
  return await fixture.gateway.services.customTemplates.save(
    inApplication(internalContext("OPERATOR"), application),
    message,
    locale,
    parts,
  );
}
async function firstMail({ client }: TestApplication) {
  const email = uniqueEmail("reader-");
  await beginSignUp(client, email);
  return await fixture.gateway.mails.next(email);
}

describe("names (CL-31)", () => {
  const NAME = `<a href="//evil.example">x</a><img src=x onerror=alert(1)>&"' %LINK% {{ code }} {% raw %}`;

  it("CL-31 sign up - application name with HTML, placeholders and Liquid - is shown as text and not expanded", async () => {
    const application = await fixture.gateway.createApplication(NAME);
    const mail = await firstMail(application);
    expect(mail.subject).toContain(NAME);
    expect(mail.text).toContain(NAME);
    expect(mail.html).not.toMatch(/<img|<a href="\/\/evil/);
    expect(mail.html).toContain("&lt;img src=x onerror=alert(1)&gt;&amp;&#34;&#39; %LINK% {{ code }} {% raw %}");
  });

  it("CL-31 sign up - same name in a custom template - is shown as text", async () => {
    const application = await fixture.gateway.createApplication(NAME);
    const html = '<b title="{{ appName }}">%APP_NAME%</b> {{ code }} <a href="{{ link }}">x</a>';
    await save(application, "signUpCode", "en", { subject: "%APP_NAME%", text: "{{ appName }}\n{{ code }}\n{{ link }}", html });
    const mail = await firstMail(application);
    expect(mail.subject).toBe(NAME);
    expect(mail.html).not.toMatch(/<img|<a href="\/\/evil/);
    expect(mail.html.match(/%LINK% \{\{ code \}\} \{% raw %\}/g)).toHaveLength(3);
  });
});

describe("headers (CL-30)", () => {
  it.each([
    "Hello\r\nBcc: victim@evil.example",
    "Hello{% assign x = '\n' %}{{ x }}Bcc: victim@evil.example",
    "Hello{% capture x %}\r\n\r\n{% endcapture %}{{ x }}Bcc: victim@evil.example",
    "Hello\u2028Bcc: victim@evil.example\u0000\u0085\u000b",
  ])("CL-30 sign up - the subject %j - stays one header, and the mail has one recipient", async (subject) => {
    const application = await fixture.gateway.createApplication("Headers");
    await save(application, "signUpCode", "en", { subject });
    const mail = await firstMail(application);
    expect(mail.subject.replace(/\s+/g, " ")).toBe("Hello Bcc: victim@evil.example");
    expect(mail.raw).not.toMatch(/^Bcc:/im);
    expect(fixture.gateway.mails.countTo("victim@evil.example")).toBe(0);
  });
});

describe("rejected templates (CL-31)", () => {
  const deep = "{% if true %}".repeat(600) + "{% endif %}".repeat(600);
  const doubling = `{% assign a = "xxxxxxxx" %}${"{% assign a = a | append: a %}".repeat(30)}`;
  const lengthening = `{% assign a = "xxxxxxxx" %}${"{% assign a = a | append: a %}".repeat(12)}`;
  it.each<[string, MessagePart, string, RegExp]>([
    ["no code", "text", "Welcome {{ link }}", /does not contain the required variable \{\{ code \}\}/],
    ["no link", "html", "<p>{{ code }}</p>", /does not contain the required variable \{\{ link \}\}/],
    [
      "the code in a comment",
      "text",
      "{% comment %}{{ code }}{% endcomment %} {{ link }}",
      /does not contain the required variable \{\{ code \}\}/,
    ],
    [
      "the code behind a false condition",
      "text",
      "{% if false %}{{ code }}{% endif %} {{ link }}",
      /does not contain the required variable/,
    ],
    [
      "a code defined by the template",
      "text",
      "{% assign code = '482913' %}{{ code }} {{ link }}",
      /does not contain the required variable/,
    ],
    ["the code that previews show", "text", "482913 {{ link }}", /does not contain the required variable/],
    ["a shortened code", "text", "{{ code | truncate: 5 }} {{ link }}", /does not contain the required variable/],
    ["the code as literal Liquid", "text", "{% raw %}{{ code }} {{ link }}{% endraw %}", /does not contain the required variable/],
    ["an unknown variable", "text", "{{ password }} {{ code }} {{ link }}", /unknown variable password; available variables/],
    [
      "an unknown variable where it is never reached",
      "text",
      "{% if false %}{{ x }}{% endif %}{{ code }} {{ link }}",
      /unknown variable x/,
    ],
    ["an unknown placeholder", "text", "%PASSWORD% %CODE% %LINK%", /%PASSWORD% is not a known placeholder/],
    ["an open tag", "text", "{% if code %}{{ code }} {{ link }}", /not closed/],
    ["an open output", "html", "{{ code", /not closed/],
    ["an unknown filter", "text", "{{ code | shout }} {{ link }}", /undefined filter/],
    ["the filter that takes escaping back", "html", "{{ appName | raw }} {{ code }} {{ link }}", /undefined filter: raw/],
    ["another file", "text", "{% include '/etc/passwd' %}{{ code }} {{ link }}", /tag "include" not found/],
    ["another file, rendered", "text", "{% render '.env' %}{{ code }} {{ link }}", /tag "render" not found/],
    ["another file as layout", "html", "{% layout 'x' %}{{ code }} {{ link }}", /tag "layout" not found/],
    ["a loop without end", "text", "{% for i in (1..1000000000) %}x{% endfor %}{{ code }} {{ link }}", /tag "for" not found/],
    ["a table without end", "html", "{% tablerow i in (1..1000000000) %}x{% endtablerow %}", /tag "tablerow" not found/],
    ["a range without end", "text", "{{ (1..1000000000) }}{{ code }} {{ link }}", /limit exceeded/],
    ["a text that doubles", "text", `${doubling}{{ code }} {{ link }}`, /limit exceeded|more than \d+ bytes/],
    ["a long value shown often", "text", `${lengthening}${"{{ a }}".repeat(1000)}{{ code }} {{ link }}`, /memory alloc limit exceeded/],
    ["deep nesting that ends in a stack", "html", `${"{% if true %}".repeat(3800)}{{ code }} {{ link }}`, /^html: /],
    ["a huge source", "text", "x".repeat(10_001), /exceeds 10000 bytes/],
    ["a huge document", "html", "é".repeat(25_001), /exceeds 50000 bytes/],
    ["a huge subject", "subject", "x".repeat(501), /exceeds 500 bytes/],
    ["nothing", "text", " \n ", /renders to empty text/],
    ["an empty subject", "subject", "{% if false %}x{% endif %}", /renders to empty text/],
    ["the constructor of a value", "text", "{{ code.constructor }} {{ code }} {{ link }}", /undefined variable/],
    ["a prototype", "text", "{{ __proto__ }} {{ code }} {{ link }}", /unknown variable __proto__/],
    ["the constructor", "text", "{{ constructor }} {{ code }} {{ link }}", /unknown variable constructor/],
    ["a tag called constructor", "text", "{% constructor %} {{ code }} {{ link }}", /tag "constructor" not found/],
    ["a tag called __proto__", "text", "{% __proto__ %} {{ code }} {{ link }}", /tag "__proto__" not found/],
    ["a filter called toString", "text", "{{ code | toString }} {{ code }} {{ link }}", /undefined filter/],
    ["a text message where there is none", "sms", "{{ code }}", /has no such part/],
  ])("CL-31 set - %s - is rejected with a message, quickly, and nothing is stored", async (_, part, source, sentence) => {
    const started = performance.now();
    const failure = await save(fixture.a, "signUpCode", "en", { [part]: source }).catch((error: Error) => error);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(failure).toBeInstanceOf(Error);
    expect((failure as Error).message).toMatch(sentence);
    expect((failure as Error).message.length).toBeLessThan(300);
    expect((failure as Error).message).not.toMatch(/\n|node_modules/);
    expect(await fixture.gateway.query("SELECT * FROM message_texts WHERE application_id = ?", [fixture.a.id])).toEqual([]);
  });

  it("CL-31 set - deepest possible nesting - is accepted or rejected, and the mail is sent", async () => {
    const application = await fixture.gateway.createApplication("Deep");
    await save(application, "signUpCode", "en", { html: `${deep}{{ code }} {{ link }}` }).catch((error: Error) => {
      expect(error.message).toMatch(/^html: /);
    });
    expect((await firstMail(application)).html).toMatch(/\d{6}/);
  });

  it.each([
    "signUp",
    "__proto__",
    "constructor",
    "",
    "sign-up-code",
  ])("set - the message %j - is rejected with the list of known messages", async (name) => {
    await expect(save(fixture.a, name, "en", completeText("x"))).rejects.toThrow(/Message not found: .*signUpCode/);
  });

  it.each([
    "",
    "e",
    "english",
    "en_GB",
    "../en",
    "en-",
    "x".repeat(200),
    "en-12",
  ])("set - the language %j - is rejected", async (locale) => {
    await expect(save(fixture.a, "signUpCode", locale, completeText("x"))).rejects.toThrow(/is not a language tag/);
  });

  it("set - incomplete message in a language without built-in templates - is rejected with the missing parts", async () => {
    await expect(save(fixture.a, "signUpCode", "nl", { subject: "x" })).rejects.toThrow(
      /no built-in template for locale nl: text and html must be provided/,
    );
  });

  it("set - invitation without a code when there is no link - is rejected; with both it is accepted", async () => {
    const application = await fixture.gateway.createApplication("Inviting");
    const conditional = { text: "{% if link != '' %}{{ code }} {{ link }}{% endif %} come" };
    await expect(save(application, "invitation", "en", conditional)).rejects.toThrow(
      /does not contain the required variable \{\{ code \}\}/,
    );
    await save(application, "invitation", "en", { text: "{{ code }}\n{% if link != '' %}{{ link }}{% endif %}" });
  });

  it("set - DE-ch, de-CH and de-ch - are the same language", async () => {
    const application = await fixture.gateway.createApplication("Tags");
    for (const locale of ["DE-ch", "de-CH", "de-ch"]) await save(application, "signUpCode", locale, { subject: locale });
    const rows = await fixture.gateway.query("SELECT locale, subject FROM message_texts WHERE application_id = ?", [application.id]);
    expect(rows).toEqual([{ locale: "de-CH", subject: "de-ch" }]);
  });
});
