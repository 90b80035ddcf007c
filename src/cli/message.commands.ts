import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { Services } from "../app/services.js";
import type { Application } from "../domain/applications/index.js";
import { inApplication } from "../domain/request-context.js";
import { type CommandHost, JSON_OPTION, type OutputOptions, operator, print } from "./host.js";

interface PartOptions {
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly sms?: string;
}
/** File argument that selects standard input. */
const STANDARD_INPUT = "-";

export function addMessageCommands(program: Command, host: CommandHost): void {
  const group = program.command("message").description("manage message templates");
  group
    .command("list <applicationId>")
    .description("list messages and the locales with custom templates")
    .option(...JSON_OPTION)
    .action(list.bind(null, host));
  group
    .command("show <applicationId> <message> [locale]")
    .description("show the template sources of a message (default: in the application's default locale)")
    .option(...JSON_OPTION)
    .action(show.bind(null, host));
  group
    .command("set <applicationId> <message> <locale>")
    .description("set a custom template; a running gateway uses it from the next message")
    .option("--subject <text>", "subject")
    .option("--text <file>", "plain text part, read from a file or - for standard input")
    .option("--html <file>", "HTML part, read from a file or -: a complete document, or the body of the built-in page")
    .option("--sms <file>", "text message, read from a file or -")
    .option(...JSON_OPTION)
    .action(set.bind(null, host));
  group
    .command("reset <applicationId> <message> [locale]")
    .description("remove custom templates (default: in all locales)")
    .option(...JSON_OPTION)
    .action(reset.bind(null, host));
  group
    .command("preview <applicationId> <message> [locale]")
    .description("render a message with sample values")
    .option("--html", "print only the HTML to stdout")
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
      process.stderr.write(
        `Locale ${saved.locale} is not in locales.supported of this application: the template is not used until it is\n`,
      );
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
    if (!application) throw new Error(`Application not found: ${id}`);
    return await work(application, services);
  });
}

function readParts({ subject, ...files }: PartOptions): PartOptions {
  const fileOptions = Object.entries(files);
  if (subject === undefined && fileOptions.length === 0) throw new Error("Nothing to set: pass --subject, --text, --html or --sms");
  if (fileOptions.filter(([, file]) => file === STANDARD_INPUT).length > 1)
    throw new Error("Only one part can be read from standard input");
  const contents = fileOptions.map(([part, file]) => [part, readText(String(file))]);
  return { ...(subject === undefined ? {} : { subject }), ...Object.fromEntries(contents) };
}

function readText(file: string): string {
  try {
    return readFileSync(file === STANDARD_INPUT ? 0 : file, "utf8");
  } catch (error) {
    throw new Error(`Cannot read ${file === STANDARD_INPUT ? "standard input" : file}`, { cause: error });
  }
}
