import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandHere } from "../support/command.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";
import { createTemporaryFolder, ensureBuilt, FAST_HASHING, runCommand } from "../support/process.js";

const MASTER_KEYS = "k1:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
let gateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  await ensureBuilt();
  gateway = await TestGateway.start({ environment: { MASTER_KEYS } });
  application = await gateway.createApplication("Blue Heron", 'locales.supported=["en","de","nl"]');
}, 200_000);
afterAll(() => gateway.stop());

/** In a process where the command reads its standard input. */
async function run(words: string[], folder = createTemporaryFolder(), input?: string) {
  const variables = { ...FAST_HASHING, DATABASE_URL: gateway.database.url, MASTER_KEYS, PUBLIC_URL: gateway.url };
  const all = ["message", ...words];
  return input === undefined ? await runCommandHere(all, variables, folder) : await runCommand(all, variables, folder, input);
}
async function json<T>(words: string[], folder?: string, input?: string): Promise<T> {
  const { code, stdout, stderr } = await run([...words, "--json"], folder, input);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout) as T;
}
async function refused(words: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await run(words, undefined, input);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr.trim()).not.toMatch(/\n|^ {4}at |Error:/);
  return stderr.trim();
}

describe("message", () => {
  it("set - parts from a file, standard input and options - the running gateway uses them for the next mail", async () => {
    const folder = createTemporaryFolder();
    writeFileSync(join(folder, "code.html"), "<p>%CODE%</p><a href='%LINK%'>Verder</a>\n");
    const words = ["set", application.id, "signUpCode", "nl", "--subject", "Welkom bij {{ appName }}"];
    const saved = await json<object>([...words, "--html", "code.html", "--text", "-"], folder, "Code:\n\n{{ code }}\n\n{{ link }}\n");
    expect(saved).toMatchObject({ template: "signUpCode", locale: "nl", subject: "Welkom bij {{ appName }}" });
    const email = uniqueEmail();
    await beginSignUp(application.client, email, { locale: "nl" });
    const mail = await gateway.mails.next(email);
    expect(mail.subject).toBe("Welkom bij Blue Heron");
    expect(mail.text).toMatch(/^Code:\n\n\d{6}\n\nhttp\S+\s*$/);
    expect(mail.html).toContain("Verder</a>");
  });

  it("list, show, preview, reset - a message with custom templates - show the overrides and remove them", async () => {
    await json(["set", application.id, "invitation", "de", "--subject", "Komm zu {{ appName }}"]);
    const list = await json<{ message: string; sentWhen: string; own: object[] }[]>(["list", application.id]);
    expect(list.length).toBeGreaterThan(10);
    expect(list.find(({ message }) => message === "invitation")?.own).toEqual([{ locale: "de", parts: ["subject"] }]);
    const shown = await json<Record<string, unknown>>(["show", application.id, "invitation", "de"]);
    expect(shown).toMatchObject({ own: ["subject"], subject: "Komm zu {{ appName }}", text: expect.stringContaining("{{ code }}") });
    const preview = await json<Record<string, string>>(["preview", application.id, "invitation", "de"]);
    expect(preview).toMatchObject({ subject: "Komm zu Blue Heron", text: expect.stringContaining("\n482913\n") });
    const html = await run(["preview", application.id, "invitation", "de", "--html"]);
    expect(html.stdout).toBe(preview["html"]);
    expect(await json(["reset", application.id, "invitation"])).toEqual({ message: "invitation", reset: 1 });
    expect(await json(["show", application.id, "invitation", "de"])).toMatchObject({
      own: [],
      subject: expect.stringContaining("eingeladen"),
    });
  });

  it("set - a language the application does not support - is stored with a warning that it is not used yet", async () => {
    const { code, stderr } = await run(["set", application.id, "signUpNotice", "de-CH", "--subject", "Grüezi"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Locale de-CH is not in locales\.supported/) });
  });

  it("invalid input - text, message, application, file - one message on stderr, exit code 1", async () => {
    const set = ["set", application.id, "signUpCode", "en"];
    expect(await refused([...set, "--text", "-"], "no code")).toMatch(/^text: does not contain the required variable \{\{ code \}\}/);
    const folder = createTemporaryFolder();
    writeFileSync(join(folder, "unfinished.txt"), "{{ code }} {{ link }} {% if %}");
    expect(await refused([...set, "--text", join(folder, "unfinished.txt")])).toMatch(/^text: /);
    expect(await refused(set)).toMatch(/^Nothing to set/);
    expect(await refused([...set, "--text", "-", "--html", "-"])).toMatch(/^Only one part/);
    expect(await refused([...set, "--html", "missing.html"])).toBe("Cannot read missing.html");
    expect(await refused(["show", application.id, "signUp"])).toMatch(/^Message not found: signUp\. Available messages: signUpCode/);
    expect(await refused(["show", "5e1f0c1e-0000-4000-8000-000000000000", "signUpCode"])).toMatch(/^Application not found/);
  });
});
