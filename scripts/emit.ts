// Writes what is derived from the sources: the SDL of both APIs, .env.example and the error catalogue. --check compares instead.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { environmentSchema } from "../src/app/environment.js";
import { buildSchemas } from "../src/app/schemas.js";
import { LONG_CODE_DIGITS } from "../src/domain/account-operations/password-reset-code.js";
import { SMS_CODE_TTL_SECONDS as SMS_CODE_SECONDS } from "../src/domain/account-operations/sms-code.js";
import { secretSettings, settingsGroups } from "../src/domain/applications/index.js";
import { MAX_BYTES, MAX_CHARACTERS } from "../src/domain/authenticators/password/password-policy.js";
import { CODE_DIGITS as INVITATION_CODE_DIGITS } from "../src/domain/invitations/invitations.js";
import { MAX_JWT_BYTES } from "../src/domain/jwt/jwt-issuer.js";
import { PUBLISH_AFTER_USE_SECONDS, PUBLISH_BEFORE_USE_SECONDS } from "../src/domain/jwt/signing-keys.js";
import { MessageTemplates, partsOf } from "../src/domain/messaging/message-templates.js";
import { partLimits } from "../src/domain/messaging/template-language.js";
import { placeholders, templateVariables } from "../src/domain/messaging/template-variables.js";
import { MAX_CODE_ATTEMPTS, MAX_TICKETS_PER_CHALLENGE, RESEND_COOLDOWN_SECONDS } from "../src/domain/one-time-codes/challenges.js";
import { rateLimits } from "../src/domain/rate-limiting/index.js";
import { DEVICE_TOKEN_TTL_SECONDS as DEVICE_SECONDS } from "../src/domain/sessions/recognised-devices.js";
import { REAUTHENTICATION_MAX_AGE_SECONDS } from "../src/domain/sessions/sessions.js";
import { flows } from "../src/flows/index.js";
import { managementModules } from "../src/management/index.js";
import { errorCatalogue } from "../src/platform/errors/index.js";
import { clientOperations } from "./client-operations.js";

const durationUnits = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
] as const;

/** What no application can change, because a journey or a promise rests on it. */
const fixedLimits: readonly (readonly [string, string])[] = [
  ["wrong codes that void a code (its link stays)", String(MAX_CODE_ATTEMPTS)],
  ["between two codes of one kind to one account", formatDuration(RESEND_COOLDOWN_SECONDS)],
  ["unfinished sign-ups of one address at once", String(MAX_TICKETS_PER_CHALLENGE)],
  ["digits of new codes while an application's codes are being guessed", String(LONG_CODE_DIGITS)],
  ["digits of an invitation's code", String(INVITATION_CODE_DIGITS)],
  ["life of a code sent by text message", formatDuration(SMS_CODE_SECONDS)],
  ["tokens of links and sessions", "256 random bits; stored as SHA-256"],
  ["longest password", `${MAX_CHARACTERS} characters, ${MAX_BYTES} bytes`],
  ["a log-in or reauthentication is proof enough for what cannot be undone", formatDuration(REAUTHENTICATION_MAX_AGE_SECONDS)],
  ["a device stays known", formatDuration(DEVICE_SECONDS)],
  ["largest JWT", `${MAX_JWT_BYTES} bytes`],
  ["a signing key is public before it signs", formatDuration(PUBLISH_BEFORE_USE_SECONDS)],
  ["a signing key stays public after it signed last", formatDuration(PUBLISH_AFTER_USE_SECONDS)],
];

const schemas = await buildSchemas();
const files: Record<string, string> = {
  "schema/authentication.graphql": schemas.authentication.sdl,
  "schema/management.graphql": schemas.management.sdl,
  "clients/typescript/src/operations.generated.ts": clientOperations(),
  ".env.example": environmentExample(),
  "docs/errors.md": errorPage(),
  "docs/messages.md": messagesPage(),
  "docs/settings.md": settingsPage(),
  "docs/throttling.md": rateLimitsPage(),
};

let stale = 0;
for (const [path, content] of Object.entries(files)) {
  const before = read(path);
  if (before === content) continue;
  if (process.argv.includes("--check")) {
    stale++;
    process.stderr.write(`${path} is stale: npm run emit\n`);
    continue;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  process.stderr.write(`${path} written\n`);
}
process.exitCode = stale > 0 ? 1 : 0;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function environmentExample(): string {
  const lines = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const { data } = schema.safeParse(undefined);
    // One thread per core: the number depends on the machine.
    const example = name !== "HASH_WORKERS" && (typeof data === "string" || typeof data === "number") ? String(data) : "";
    return `# ${schema.description ?? ""}\n# ${name}=${example}\n`;
  });
  return `# Every variable the gateway reads. Copy to .env and uncomment what you need; the process environment wins.\n\n${lines.join("\n")}`;
}

interface FieldSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
  readonly enum?: readonly string[];
}

function settingsPage(): string {
  const tables = Object.entries(settingsGroups).map(([group, schema]) => {
    const { properties = {} } = z.toJSONSchema(schema, { io: "input" }) as { properties?: Record<string, FieldSchema> };
    const rows = Object.entries(properties).map(([field, { description = "", default: value, ...bounds }]) => {
      const isSecret = `${group}.${field}` in secretSettings;
      const shown = isSecret ? "not set" : value === undefined ? "" : `\`${JSON.stringify(value)}\``;
      return `| \`${group}.${field}\` | ${shown} | ${formatBounds(bounds)} | ${description} |`;
    });
    return `## ${group}\n\n| setting | default | bounds | meaning |\n|---|---|---|---|\n${rows.join("\n")}`;
  });
  return `# Settings of an application

Generated from \`src/applications/settings/\`. Change them with \`npm run --silent cli -- application update ID --set group.field=value\`
(JSON when it parses and fits, else text; a list accepts one bare item). A running gateway uses a change from the next request.

${tables.join("\n\n")}

## Numbers that are not settings

| what | number |
|---|---|
${fixedLimits.map(([what, number]) => `| ${what} | ${number} |`).join("\n")}

Budgets against guessing and flooding are in [throttling.md](throttling.md), the gateway's own variables in \`.env.example\`.
`;
}

function messagesPage(): string {
  const templates = new MessageTemplates([...flows, ...managementModules].flatMap(({ messages = [] }) => messages));
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(" ");
  const rows = templates
    .list()
    .map(
      (template) =>
        `| \`${template.name}\` | ${template.sentWhen} | ${partsOf(template).join(", ")} | ${code(templates.variablesOf(template))} | ${code(template.requiredVariables)} |`,
    );
  const placeholderEntries = Object.entries(placeholders).map(([word, name]) => [name, word]);
  const meanings = Object.entries(templateVariables).map(([name, { description: meaning }]) => {
    const word = placeholderEntries.find(([variable]) => variable === name)?.[1];
    return `| \`{{ ${name} }}\` | ${word ? `\`${word}\`` : ""} | ${meaning} |`;
  });
  const limits = Object.entries(partLimits).map(([part, { source, rendered }]) => `| ${part} | ${source} | ${rendered} |`);
  return `# Messages

Generated from the \`messages.ts\` files of \`src/flows/\` and \`src/management/\` and from \`src/domain/messaging/\`. Every message has built-in templates in
English, German and French. An application can have custom templates, per message, language and part.

\`\`\`
npm run --silent cli -- message list ID
npm run --silent cli -- message show ID signUpCode de            # the sources that are used now: a start for your own
npm run --silent cli -- message set ID signUpCode nl --subject "{{ code }} is je code" --text code.nl.txt --html code.nl.html
npm run --silent cli -- message preview ID signUpCode nl         # --html prints the HTML alone, for a file and a browser
npm run --silent cli -- message reset ID signUpCode nl
\`\`\`

\`-\` in the place of a file is the standard input, \`--json\` prints JSON alone. A running gateway uses a change from the next message. Parts you
do not set keep the gateway's words; in a language it does not speak, subject, text and HTML belong together.

**Who reads what.** A user's language is chosen at sign-up: the \`locale\` asked for, else the best of Accept-Language among
\`locales.supported\`, else \`locales.default\`. A message is looked for in that language, then in \`locales.default\`, then in English; in each,
the application's own words for the exact tag (\`de-CH\`), its words for the language (\`de\`), then the gateway's. So list a language of your own
in \`locales.supported\`, and give every message words in it, or its readers get the others in \`locales.default\`.

**How texts are written.** They are [Liquid](https://liquidjs.com) with the tags \`if\` \`unless\` \`case\` \`assign\` \`capture\` \`comment\` \`raw\` and the
filters \`append\` \`capitalize\` \`default\` \`downcase\` \`prepend\` \`strip\` \`truncate\` \`upcase\` \`url_encode\`. Values are escaped in HTML by themselves; what
they hold is never read as a template. HTML with an \`<html>\` element goes out as it is, other HTML becomes the body of the gateway's own page.
Keep the code on a line of its own in the plain text, before any link: mail programs offer to copy it from there. The HTML of the built-in
templates is derived from their plain text when the gateway starts; a custom text does not change the HTML, so set both.

A text is refused when it is set if it does not parse, uses a variable its message does not have, is too long, or does not show the code or
link its message needs, whatever the values. A stored text that fails all the same is left out when a message is sent, with a warning in the log:
the message goes out in the next best words.

## Every message

| message | sent when | parts | variables | must show |
|---|---|---|---|---|
${rows.join("\n")}

## Variables

| variable | or | what it is |
|---|---|---|
${meanings.join("\n")}

## Lengths

| part | source: bytes, at most | as sent: bytes (subject and sms: characters), at most |
|---|---|---|
${limits.join("\n")}
`;
}

function rateLimitsPage(): string {
  const rows = Object.entries(rateLimits).map(
    ([name, { attempts, windowSeconds, backoff: wait, isEnforced: refuses, description: meaning }]) => {
      const growing =
        wait.kind === "exponential" ? `${formatDuration(wait.initialSeconds)}, doubling to ${formatDuration(wait.maxSeconds)}` : undefined;
      const after = growing ?? ("seconds" in wait && wait.seconds ? formatDuration(wait.seconds) : "until the window is over");
      return `| \`${name}\` | ${attempts} in ${formatDuration(windowSeconds)} | ${refuses ? after : "nobody waits"} | ${meaning} |`;
    },
  );
  return `# Budgets

Generated from \`src/throttling/budgets.ts\`. A network is an IPv4 address or an IPv6 /64. An unknown handle has the same budgets as an
account. Attempts are counted before they are checked; a right one is given back or clears the budget, one the server failed on is given
back; those made during a wait are neither tested nor counted.

Text messages (\`sms...\`) to a number its user has proved to hold are counted by themselves: what strangers ask for closes nobody's log-in.
At 50, 80 and 100 per cent of a day's messages \`BUDGET_ALARM\` is recorded and a warning logged, at 100 per cent of a prefix too.

| budget | attempts | then wait | counts |
|---|---|---|---|
${rows.join("\n")}

Besides, every process serves one network at most 30 requests a second (60 at once) and 30 mutations in 10 seconds, and rotates one
session's tokens at most 10 times a minute.
`;
}

function formatDuration(seconds: number): string {
  const [unit, length] = durationUnits.find(([, size]) => seconds % size === 0) ?? ["s", 1];
  return `${seconds / length} ${unit}`;
}

function formatBounds({ minimum, maximum, maxItems, enum: values }: FieldSchema): string {
  if (values) return values.join(", ");
  if (maxItems !== undefined) return `at most ${maxItems}`;
  return minimum === undefined ? "" : `${minimum} to ${maximum}`;
}

function errorPage(): string {
  const rows = (place: "union" | "top") =>
    Object.entries(errorCatalogue)
      .filter(([, entry]) => entry.place === place)
      .map(([code, entry]) => `| \`${code}\` | ${"status" in entry ? entry.status : "200"} | ${entry.meaning} |`)
      .join("\n");
  return `# Error catalogue

Generated from \`src/errors/catalogue.ts\`. Program against codes (or types), show \`message\` to people: it is in the request's language.

## Expected failures

Members of result unions that implement \`UserError\`. Select \`... on UserError { code message path }\` and a later member never breaks you.

| code | HTTP | meaning |
|---|---|---|
${rows("union")}

## Top-level errors

In \`errors[].extensions.code\`. The status is that of a request refused before anything ran; an error of a resolver travels with 200.

| code | HTTP | meaning |
|---|---|---|
${rows("top")}
`;
}
