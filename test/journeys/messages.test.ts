import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type MessageTemplate, MessageTemplates } from "../../src/domain/messaging/message-templates.js";
import type { PartSources } from "../../src/domain/messaging/template-language.js";
import { inApplication, internalContext } from "../../src/domain/request-context.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { ForgotPasswordDocument, SetLocaleDocument, SetPhoneDocument, VerifyPhoneDocument } from "../support/generated/authentication.js";
import { beginSignUp, signUpPerson, uniqueEmail, uniquePhone } from "../support/people.js";
import { FakeTwilio } from "../support/twilio.js";

const DUTCH = {
  subject: "%CODE% is je code voor %APP_NAME%",
  text: "Hallo %HANDLE%,\n\n%CODE%\n\nOf open deze pagina:\n%LINK%\n",
  html: '<p>Hallo %HANDLE%</p><p>%CODE%</p><a href="%LINK%">%APP_NAME%</a>',
};

let twilio: FakeTwilio;
let gateway: TestGateway;
beforeAll(async () => {
  twilio = await FakeTwilio.start();
  gateway = await TestGateway.start({ environment: { TWILIO_BASE_URL: twilio.url } });
});
afterAll(async () => {
  await gateway.stop();
  await twilio.stop();
});

const find = async ({ id }: TestApplication) => {
  const application = await gateway.services.applicationRegistry.find(id);
  if (!application) throw new Error("No such application");
  return application;
};
const save = async (application: TestApplication, message: string, locale: string, parts: PartSources) =>
  await gateway.services.customTemplates.save(inApplication(internalContext("OPERATOR"), await find(application)), message, locale, parts);
/** The first mail of a sign-up. */
async function firstMail({ client }: TestApplication, acceptLanguage: string, locale: string | null = null) {
  const email = uniqueEmail();
  await beginSignUp(client.with({ headers: { "accept-language": acceptLanguage } }), email, { locale });
  return { email, mail: await gateway.mails.next(email) };
}

describe("custom templates", () => {
  it("sign up - custom Dutch template with CosyncJWT placeholders - arrives with a working code and link", async () => {
    const application = await gateway.createApplication("Blauwe Reiger", 'locales.supported=["en","nl"]');
    await save(application, "signUpCode", "nl", DUTCH);
    const { email, mail } = await firstMail(application, "nl-BE,de;q=0.5");
    const code = /^\d{6}$/m.exec(mail.text)?.[0] ?? "";
    expect(mail.subject).toBe(`${code} is je code voor Blauwe Reiger`);
    expect(mail.text).toContain(`Hallo ${email},`);
    expect(mail.html).toContain(`<p>${code}</p>`);
    expect(mail.html).toContain('<html lang="nl">');
    const link = /https?:\S+/.exec(mail.text)?.[0] ?? "";
    expect(mail.html).toContain(`<a href="${link}">Blauwe Reiger</a>`);
    expect((await fetch(link)).status).toBe(200);
  });

  it("sign up - a part changed while the gateway runs - is in the next mail; the other parts stay built in", async () => {
    const application = await gateway.createApplication("Running", 'locales.supported=["en","de"]');
    const before = (await firstMail(application, "de")).mail;
    await save(application, "signUpCode", "de", { subject: "Willkommen: {{ code }}" });
    const after = (await firstMail(application, "de")).mail;
    expect(after.subject).toMatch(/^Willkommen: \d{6}$/);
    const withoutNumbers = (text: string) => text.replace(/\d+/g, "").replace(/links\/\S+/, "");
    expect(withoutNumbers(after.text)).toBe(withoutNumbers(before.text));
    await gateway.services.customTemplates.reset(inApplication(internalContext("OPERATOR"), await find(application)), "signUpCode", "de");
    expect((await firstMail(application, "de")).mail.subject.replace(/\d{6}/, "")).toBe(before.subject.replace(/\d{6}/, ""));
  });

  it("HTML - a whole document - is sent unchanged, without the built-in layout", async () => {
    const application = await gateway.createApplication("Whole");
    const html = '<!doctype html>\n<html><body class="own">{{ code }} <a href="{{ link }}">go</a></body></html>';
    await save(application, "signUpCode", "en", { html });
    const { mail } = await firstMail(application, "en");
    expect(mail.html).toMatch(/^<!doctype html>\n<html><body class="own">\d{6} <a href="http[^"]+">go<\/a><\/body><\/html>\s*$/);
  });

  it("text message - custom Dutch template - arrives on one line with a working code", async () => {
    const settings = [...twilio.createAccount("5f2b9c0d7e1a4836b0c9d8e7f6a5b4c3"), 'locales.supported=["en","nl"]'];
    const application = await gateway.createApplication("Reiger", ...settings);
    await save(application, "phoneCode", "nl", { sms: "%CODE% is je code\nvoor %APP_NAME%\n" });
    const person = await signUpPerson(gateway, application, uniqueEmail(), { locale: "nl" });
    const phone = uniquePhone();
    await person.client.expect(SetPhoneDocument, { input: { phone } });
    const { body } = await twilio.next(phone);
    expect(body).toMatch(/^\d{6} is je code voor Reiger$/);
    const { verifyPhone } = await person.client.expect(VerifyPhoneDocument, { input: { code: body.slice(0, 6) } });
    expect(verifyPhone.__typename).toBe("PhoneVerified");
    await expect(save(application, "phoneCode", "nl", { sms: "no code" })).rejects.toThrow(/^sms: does not contain/);
    await expect(save(application, "phoneCode", "nl", { text: "{{ code }}" })).rejects.toThrow(/^text: message phoneCode has no such part/);
  });

  it("every message - the gateway's own words with the longest application name - fits", async () => {
    const application = await gateway.createApplication("鷺".repeat(128));
    for (const locale of ["en", "de", "fr"])
      for (const { template } of await gateway.services.customTemplates.list(await find(application)))
        expect(Object.keys(await gateway.services.customTemplates.preview(await find(application), template.name, locale))).not.toEqual([]);
  });

  it("two applications - mails at the same time - each has its own words (TN-19)", async () => {
    const [a, b] = [await gateway.createApplication("A-app"), await gateway.createApplication("B-app")];
    await save(a, "signUpCode", "en", { subject: "A says {{ code }}" });
    await save(b, "signUpCode", "en", { subject: "B says {{ code }}" });
    const mails = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => ({ index, ...(await firstMail(index % 2 ? a : b, "en")) })),
    );
    for (const { index, mail } of mails) {
      expect(mail.subject).toMatch(index % 2 ? /^A says/ : /^B says/);
      expect(mail.raw).toMatch(index % 2 ? /^From: "?A-app/m : /^From: "?B-app/m);
    }
  });

  it("application deleted - with own words - deletes them", async () => {
    const application = await gateway.createApplication("Short-lived");
    await save(application, "passwordChanged", "en", { subject: "Done" });
    const { ApplicationLifecycle } = await import("../../src/management/index.js");
    await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), application.id);
    expect(await gateway.query("SELECT locale FROM message_texts WHERE application_id = ?", [application.id])).toEqual([]);
  });

  it("audit - a template set and reset - records message and actor, but no content", async () => {
    const application = await gateway.createApplication("Audited");
    await save(application, "passwordChanged", "fr", { subject: "un secret de polichinelle" });
    await gateway.services.customTemplates.reset(
      inApplication(internalContext("OPERATOR"), await find(application)),
      "passwordChanged",
      undefined,
    );
    const events = await gateway.query<{ event: string; actor: string; details: string }>(
      "SELECT event, actor, details FROM audit_events WHERE application_id = ? AND event LIKE 'MESSAGE%' ORDER BY created_at",
      [application.id],
    );
    expect(events.map(({ event, actor }) => [event, actor])).toEqual([
      ["MESSAGE_TEXT_CHANGED", "OPERATOR"],
      ["MESSAGE_TEXT_RESET", "OPERATOR"],
    ]);
    expect(JSON.stringify(events)).not.toContain("polichinelle");
    expect(events[0]?.details).toContain("passwordChanged");
  });
});

describe("language", () => {
  const subjectFor = async (settings: string[], acceptLanguage: string, asked: string | null, texts: Record<string, string> = {}) => {
    const application = await gateway.createApplication("Tongues", ...settings);
    for (const [locale, subject] of Object.entries(texts)) await save(application, "signUpCode", locale, { ...DUTCH, subject });
    return (await firstMail(application, acceptLanguage, asked)).mail.subject.replace(/^\d{6}/, "#");
  };
  const supported = 'locales.supported=["en","de","fr","nl","nl-BE"]';

  it.each([
    ["asked for before Accept-Language", "de", "fr", {}, /^# est votre code/],
    ["the best of Accept-Language", "sw,de;q=0.9,fr;q=0.8", null, {}, /^# ist Ihr Code/],
    ["the application's default when nothing fits", "sw", null, {}, /^# ist Ihr Code/],
    ["the exact tag before the language", "nl-BE", null, { nl: "nl", "nl-BE": "nl-BE" }, /^nl-BE$/],
    ["the language where the exact tag has no words", "nl-BE", null, { nl: "nl" }, /^nl$/],
    ["the default language where a language has no words", "nl-BE", null, {}, /^# ist Ihr Code/],
    ["the application's own words of the default language there", "nl", null, { de: "eigen" }, /^eigen$/],
  ] as const)("sign up - %s - selects the language", async (_, acceptLanguage, asked, texts, subject) => {
    expect(await subjectFor([supported, "locales.default=de"], acceptLanguage, asked, texts)).toMatch(subject);
  });

  it("user - language changed - gets the next mail in the new one", async () => {
    const application = await gateway.createApplication("Moving", supported);
    await save(application, "passwordReset", "nl", { ...DUTCH, subject: "Nieuw wachtwoord" });
    const person = await signUpPerson(gateway, application);
    await person.client.expect(SetLocaleDocument, { input: { locale: "nl" } });
    await application.client.expect(ForgotPasswordDocument, { input: { handle: { email: person.email } } });
    expect((await gateway.mails.next(person.email)).subject).toBe("Nieuw wachtwoord");
  });
});

describe("broken stored templates", () => {
  it.each([
    ["does not parse", "{% if code %}{{ code }} {{ link }}"],
    ["uses a variable the message does not have", "{{ code }} {{ link }} {{ password }}"],
    ["shows no code", "Only {{ link }}"],
    [
      "shows the code only for some readers",
      '{% if handle == "ada@example.com" or handle == "b@example.net" %}{{ code }}{% endif %} {{ link }}',
    ],
    ["shows a changed code", "{% assign code = '000000' %}{{ code }} {{ link }}"],
    ["would become endless", `{% assign a = "xxxxxxxx" %}${"{% assign a = a | append: a %}".repeat(40)}{{ code }} {{ link }}`],
  ])("sign up - the text %s - the mail uses the built-in template, with a warning in the log", async (_, text) => {
    const application = await gateway.createApplication("Broken", 'locales.supported=["en","de"]');
    await save(application, "signUpCode", "de", { subject: "eigen {{ code }}" });
    await gateway.query("UPDATE message_texts SET text = ? WHERE application_id = ?", [text, application.id]);
    const person = await signUpPerson(gateway, application, uniqueEmail(), { locale: "de" });
    const mail = gateway.mails.received.find(({ to }) => to === person.email);
    expect(mail?.subject).toMatch(/^\d{6} ist Ihr Code/);
    const warning = gateway.logs.find((line) => line.includes("custom template failed to render") && line.includes(application.id));
    expect(JSON.parse(warning ?? "{}")).toMatchObject({ level: 40, template: "signUpCode", locale: "de" });
  });

  it("sign up - only the Dutch template is broken - the next language's template is used", async () => {
    const application = await gateway.createApplication("Half broken", 'locales.supported=["en","fr","nl"]', "locales.default=fr");
    await save(application, "signUpCode", "nl", DUTCH);
    await gateway.query("UPDATE message_texts SET html = '{{' WHERE application_id = ?", [application.id]);
    expect((await firstMail(application, "nl")).mail.subject).toMatch(/^\d{6} est votre code/);
  });

  it("sign up - template of the exact tag is broken - the language's template is used", async () => {
    const application = await gateway.createApplication("Near", 'locales.supported=["en","nl-BE"]');
    for (const locale of ["nl", "nl-BE"]) await save(application, "signUpCode", locale, { ...DUTCH, subject: locale });
    await gateway.query("UPDATE message_texts SET text = '' WHERE application_id = ? AND locale = 'nl-BE'", [application.id]);
    expect((await firstMail(application, "nl-BE")).mail.subject).toBe("nl");
  });
});

describe("built-in templates", () => {
  const mail = { subject: "s", text: "Enter this:\n\n{{ code }}\n\nOr open:\n{{ link }}", buttonLabel: "Open" };
  const { buttonLabel, ...mailWithoutLabel } = mail;
  const make = (change: object) => {
    const template = { name: "made", sentWhen: "never", requiredVariables: ["code", "link"], mail: { en: mail, de: mail, fr: mail } };
    return () => new MessageTemplates([{ ...template, ...change } as unknown as MessageTemplate]);
  };

  it("start - every part in every language - determines the variables and the HTML of a message", () => {
    const templates = make({})();
    const template = templates.find("made") as MessageTemplate;
    expect(templates.list()).toEqual([template]);
    expect(templates.variablesOf(template)).toEqual(["appName", "handle", "code", "link"]);
    expect(templates.sourcesOf(template, "fr")?.html).toMatch(/{{ code }}.*<a href="{{ link }}"/s);
    expect(templates.sourcesOf(template, "nl")).toBeNull();
  });

  const sms = { en: "{{ code }} {{ link }}", de: "{{ code }} {{ link }}" };
  it.each([
    ["a language", { mail: { en: mail, de: mail } }, /\(fr\): missing a subject/],
    ["a subject", { mail: { en: mail, de: { ...mail, subject: " " }, fr: mail } }, /\(de\): missing a subject/],
    ["the plain text", { mail: { en: mail, de: mail, fr: { ...mailWithoutLabel, text: "" } } }, /\(fr\): missing a subject, text/],
    [
      "the code",
      { mail: { en: mail, de: mail, fr: { ...mail, text: "{{ link }}" } } },
      /\(fr\): the text part does not use the required variable code/,
    ],
    [
      "the link",
      { mail: { en: mail, de: mail, fr: { ...mailWithoutLabel, text: "{{ code }}" } } },
      /\(fr\): the text part does not use the required variable link/,
    ],
    ["the label of its link", { mail: { en: mail, de: mailWithoutLabel, fr: mail } }, /\(de\): A button label requires a line/],
    ["words in the label of its link", { mail: { en: mail, de: { ...mail, buttonLabel: " " }, fr: mail } }, /\(de\): A button label/],
    ["the link of its label", { requiredVariables: [], mail: { en: { ...mail, text: "x" }, de: mail, fr: mail } }, /\(en\): A button/],
    [
      "a separate line for the code",
      { mail: { en: { ...mail, text: "It is {{ code }}\n{{ link }}" }, de: mail, fr: mail } },
      /separate line, before/,
    ],
    [
      "the code before the link",
      { mail: { en: { ...mail, text: "{{ link }}\n\n{{ code }}" }, de: mail, fr: mail } },
      /separate line, before any link/,
    ],
    ["mail and text message", { mail: undefined }, /\(en\): missing a subject, text or SMS part/],
    ["a text message in a language", { sms }, /\(fr\): missing a subject, text or SMS part/],
    ["the code in a text message", { sms: { ...sms, fr: "{{ link }}" } }, /\(fr\): the sms part does not use the required variable code/],
    ["a description of a variable", { mail: { en: { ...mail, subject: "{{ mood }}" }, de: mail, fr: mail } }, /undocumented variable mood/],
    ["a text that parses", { mail: { en: { ...mail, subject: "{% if x %}" }, de: mail, fr: mail } }, /not closed/],
  ])("start - a message lacks %s - fails with the message's name", (_, change, sentence) => {
    expect(make(change)).toThrow(sentence);
    expect(make(change)).toThrow(/^Message template made/);
  });
});
