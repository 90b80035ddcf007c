import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Services } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import { inApplication } from "../domain/request-context.js";
import { type CommandHost, operator, print } from "./host.js";

interface OutputOptions {
  readonly json?: boolean;
}
interface PartOptions {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly sms?: string;
}
const JSON_OPTION = ["--json", "print JSON, and nothing else, to stdout"] as const;
/** Where a file is asked for, the standard input. */
const STANDARD_INPUT = "-";

export function addMessageCommands(program: Command, host: CommandHost): void {
  const group = program.command("message").description("what applications' mails and text messages say");
  group
    .command("list <applicationId>")
    .description("every message, and the languages the application has words of its own in")
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("show <applicationId> <message> [locale]")
    .description("the sources of a message (default: in the application's own language)")
    .option(...JSON_OPTION)
    .action(show.bind(null, host));
  group
    .command("set <applicationId> <message> <locale>")
    .description("give a message other words; a running gateway uses them from the next message")
    .option("--subject <text>", "the subject")
    .option("--text <file>", "the plain text, from a file or - for the standard input")
    .option("--html <file>", "the HTML, from a file or -: a whole document, or the body inside the gateway's own")
    .option("--sms <file>", "the text message, from a file or -")
    .option(...JSON_OPTION)
    .action(set.bind(null, host));
  group
    .command("reset <applicationId> <message> [locale]")
    .description("go back to the gateway's words (default: in every language)")
    .option(...JSON_OPTION)
    .action(reset.bind(null, host));
  group
    .command("preview <applicationId> <message> [locale]")
    .description("a message as it would arrive, with samples for code and link")
    .option("--html", "print the HTML, and nothing else, to stdout")
    .option(...JSON_OPTION)
    .action(preview.bind(null, host));
}

async function list(host: CommandHost, id: string, { json }: OutputOptions): Promise<void> {
  const messages = await withApplication(host, id, (application, { customTemplates }) => customTemplates.list(application));
  const rows = messages.map(({ template, parts, own }) => ({
    message: template.name,
    sentWhen: template.sentWhen,
    parts,
    own: own.map(({ locale, parts: sources }) => ({ locale, parts: Object.keys(sources) })),
  }));
  print(rows, json);
}

async function show(host: CommandHost, id: string, message: string, locale: string | undefined, { json }: OutputOptions): Promise<void> {
  const { parts, customParts, ...about } = await withApplication(host, id, (application, { customTemplates }) =>
    customTemplates.find(application, message, locale),
  );
  print({ ...about, own: customParts, ...parts }, json);
}

async function set(
  host: CommandHost,
  id: string,
  message: string,
  locale: string,
  { json, ...partOptions }: OutputOptions & PartOptions,
): Promise<void> {
  const parts = readParts(partOptions);
  const { parts: savedParts, ...about } = await withApplication(host, id, async (application, { customTemplates }) => {
    const saved = await customTemplates.save(inApplication(operator, application), message, locale, parts);
    if (!application.settings.locales.supported.includes(saved.locale))
      process.stderr.write(`${saved.locale} is not among locales.supported of this application: nobody reads it yet\n`);
    return saved;
  });
  print({ ...about, ...savedParts }, json);
}

async function reset(host: CommandHost, id: string, message: string, locale: string | undefined, { json }: OutputOptions): Promise<void> {
  const languages = await withApplication(host, id, (application, { customTemplates }) =>
    customTemplates.reset(inApplication(operator, application), message, locale),
  );
  print({ message, reset: languages }, json);
}

async function preview(
  host: CommandHost,
  id: string,
  message: string,
  locale: string | undefined,
  { html, json }: OutputOptions & { html?: boolean },
): Promise<void> {
  const shown = await withApplication(host, id, (application, { customTemplates }) =>
    customTemplates.preview(application, message, locale),
  );
  if (html) process.stdout.write(shown.html ?? "");
  else print(shown, json);
}

async function withApplication<T>(
  host: CommandHost,
  id: string,
  work: (application: Application, services: Services) => Promise<T>,
): Promise<T> {
  return await host.withServices(async (services) => {
    const application = await services.applicationRegistry.find(id);
    if (!application) throw new Error(`There is no application ${id}`);
    return await work(application, services);
  });
}

function readParts({ subject, ...files }: PartOptions): PartOptions {
  const fileOptions = Object.entries(files);
  if (subject === undefined && fileOptions.length === 0) throw new Error("Say what to set: --subject, --text, --html or --sms");
  if (fileOptions.filter(([, file]) => file === STANDARD_INPUT).length > 1)
    throw new Error("Only one part can come from the standard input");
  const contents = fileOptions.map(([part, file]) => [part, readText(String(file))]);
  return { ...(subject === undefined ? {} : { subject }), ...Object.fromEntries(contents) };
}

function readText(file: string): string {
  try {
    return readFileSync(file === STANDARD_INPUT ? 0 : file, "utf8");
  } catch (error) {
    throw new Error(`${file === STANDARD_INPUT ? "The standard input" : file} cannot be read`, { cause: error });
  }
}
