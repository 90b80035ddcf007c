// Writes the files that are generated from the sources: the SDL of both APIs, .env.example and reference pages. With --check, it only
// reports stale files.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { environmentSchema, secretVariables } from "../src/app/environment.js";
import { buildSchemas } from "../src/app/schemas.js";
import { LONG_CODE_DIGITS } from "../src/domain/account-operations/password-reset-code.js";
import { SMS_CODE_TTL_SECONDS as SMS_CODE_SECONDS } from "../src/domain/account-operations/sms-code.js";
import { secretSettings, settingsGroups } from "../src/domain/applications/index.js";
import { MAX_BYTES, MAX_CHARACTERS } from "../src/domain/authenticators/password/password-policy.js";
import { INVITATION_CODE_DIGITS } from "../src/domain/invitations/invitations.js";
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

/** Limits that no application can change, because flows or security guarantees depend on them. */
const fixedLimits: readonly (readonly [string, string])[] = [
  ["wrong codes that invalidate a code (its link remains valid)", String(MAX_CODE_ATTEMPTS)],
  ["minimum time between two codes of one kind for one account", formatDuration(RESEND_COOLDOWN_SECONDS)],
  ["concurrent pending sign-ups for one address", String(MAX_TICKETS_PER_CHALLENGE)],
  ["digits of new codes while codes of the application are being guessed", String(LONG_CODE_DIGITS)],
  ["digits of an invitation's code", String(INVITATION_CODE_DIGITS)],
  ["lifetime of a code sent by text message", formatDuration(SMS_CODE_SECONDS)],
  ["tokens in links and of sessions", "256 random bits; stored as SHA-256 hashes"],
  ["maximum length of a password", `${MAX_CHARACTERS} characters, ${MAX_BYTES} bytes`],
  ["time after a log-in or reauthentication in which sensitive operations are allowed", formatDuration(REAUTHENTICATION_MAX_AGE_SECONDS)],
  ["time for which a device is recognised", formatDuration(DEVICE_SECONDS)],
  ["maximum size of a JWT", `${MAX_JWT_BYTES} bytes`],
  ["time for which a signing key is published before its first use", formatDuration(PUBLISH_BEFORE_USE_SECONDS)],
  ["time for which a signing key is published after its last use", formatDuration(PUBLISH_AFTER_USE_SECONDS)],
];

const variables = Object.entries(environmentSchema.shape).map(([name, schema]) => {
  const { data } = schema.safeParse(undefined);
  // The default is one thread per core, which depends on the machine.
  const isFixed = name !== "HASH_WORKERS" && (typeof data === "string" || typeof data === "number");
  return {
    name,
    description: schema.description ?? "",
    defaultValue: isFixed ? String(data) : "",
    isSecret: secretVariables.includes(name),
  };
});

const schemas = await buildSchemas();
const files: Record<string, string> = {
  "schema/authentication.graphql": schemas.authentication.sdl,
  "schema/management.graphql": schemas.management.sdl,
  "clients/typescript/src/operations.generated.ts": clientOperations(),
  ".env.example": environmentExample(),
  "docs/environment.md": environmentPage(),
  "docs/errors.md": errorPage(),
  "docs/messages.md": messagesPage(),
  "docs/rate-limits.md": rateLimitsPage(),
  "docs/settings.md": settingsPage(),
};

let stale = 0;
for (const [path, content] of Object.entries(files)) {
  const before = read(path);
  if (before === content) continue;
  if (process.argv.includes("--check")) {
    stale++;
    process.stderr.write(`${path} is stale: run npm run emit\n`);
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

function environmentPage(): string {
  const rows = variables.map(({ name, description, defaultValue, isSecret }) => {
    const names = isSecret ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    return `| ${names} | ${defaultValue && `\`${defaultValue}\``} | ${description} |`;
  });
  return `# Environment variables of the gateway

Generated from \`src/app/environment.ts\`. Variables are read from the environment and from a file \`.env\` in the working directory; the
environment takes precedence. An empty value counts as absent, and one line break at the end of a value is removed.

The value of a secret can be kept in a file, such as a Docker or Kubernetes secret: \`NAME_FILE\` then holds the path of the file. To set
both \`NAME\` and \`NAME_FILE\` is an error. When variables are invalid, the process lists all of them, without their values, and exits
with code 1.

| variable | default | meaning |
|---|---|---|
${rows.join("\n")}
`;
}

function environmentExample(): string {
  const lines = variables.map(({ name, description, defaultValue, isSecret }) => {
    const twin = isSecret ? `# ${name}_FILE=\n` : "";
    return `# ${description}\n# ${name}=${defaultValue}\n${twin}`;
  });
  return `# All environment variables of the gateway. Copy this file to .env and uncomment what you need. Variables that are set in the\n# environment take precedence.\n\n${lines.join("\n")}`;
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

Generated from \`src/domain/applications/settings/\`. Change a setting with

\`\`\`sh
npm run --silent cli -- application update ID --set group.field=value
\`\`\`

The value is parsed as JSON if it is valid JSON of the right type, and used as text otherwise; for a list, a single item may be given as
text. A running gateway uses the new value from the next request.

${tables.join("\n\n")}

## Fixed limits

These limits cannot be changed by settings.

| limit | value |
|---|---|
${fixedLimits.map(([what, number]) => `| ${what} | ${number} |`).join("\n")}

See also [rate limits](rate-limits.md), and \`.env.example\` for the environment variables of the gateway.
`;
}

function messagesPage(): string {
  const templates = new MessageTemplates([...flows, ...managementModules].flatMap(({ messages = [] }) => messages));
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(" ");
  const rows = templates
    .list()
    .map(
      (template) =>
        `| \`${template.name}\` | ${template.sentWhen} | ${partsOf(template).join(", ")} | ${code(templates.variablesOf(template))} | ${code(template.requiredVariables ?? [])} |`,
    );
  const placeholderEntries = Object.entries(placeholders).map(([word, name]) => [name, word]);
  const meanings = Object.entries(templateVariables).map(([name, { description: meaning }]) => {
    const word = placeholderEntries.find(([variable]) => variable === name)?.[1];
    return `| \`{{ ${name} }}\` | ${word ? `\`${word}\`` : ""} | ${meaning} |`;
  });
  const limits = Object.entries(partLimits).map(([part, { source, rendered }]) => `| ${part} | ${source} | ${rendered} |`);
  return `# Messages

Generated from the message definitions in \`src/flows/\`, \`src/management/\` and \`src/domain/messaging/\`. The gateway has templates for
every message in English, German and French. An application can override each of them per message, language and part.

\`\`\`sh
npm run --silent cli -- message list ID
npm run --silent cli -- message show ID signUpCode de            # prints the current templates, to start from
npm run --silent cli -- message set ID signUpCode nl --subject "{{ code }} is je code" --text code.nl.txt --html code.nl.html
npm run --silent cli -- message preview ID signUpCode nl         # --html prints only the HTML
npm run --silent cli -- message reset ID signUpCode nl
\`\`\`

Use \`-\` instead of a file name to read from standard input. \`--json\` prints JSON only. A running gateway uses a change from the next
message. Parts without an override use the gateway's template. In a language that the gateway does not have, subject, text and HTML must be
set together.

## Choice of the language

The language of a user is chosen at sign-up: the requested \`locale\`, otherwise the best match of Accept-Language among
\`locales.supported\`, otherwise \`locales.default\`. A message is sent in this language if there is a template for it, otherwise in
\`locales.default\`, otherwise in English. In each language, the order is: the application's template for the exact tag (\`de-CH\`), the
application's template for the language (\`de\`), the gateway's template. To add a language, list it in \`locales.supported\` and set a
template for every message; users receive messages without one in \`locales.default\`.

## Template syntax

Templates are [Liquid](https://liquidjs.com) with the tags \`if\` \`unless\` \`case\` \`assign\` \`capture\` \`comment\` \`raw\` and the filters
\`append\` \`capitalize\` \`default\` \`downcase\` \`prepend\` \`strip\` \`truncate\` \`upcase\` \`url_encode\`. In HTML, values are escaped
automatically; a value is never interpreted as a template. HTML with an \`<html>\` element is sent unchanged, other HTML is inserted into
the gateway's page layout. In plain text, put the code on a separate line before any link, where mail programs offer to copy it. The
HTML of the built-in templates is derived from their plain text at start-up; a custom text does not change the HTML, so set both.

\`message set\` refuses a template that cannot be parsed, uses a variable that the message does not have, is too long, or does not always show
the code or link that the message requires. If a stored template fails when a message is sent, the gateway logs a warning and uses the
next template in the order above.

## Messages

| message | sent when | parts | variables | required variables |
|---|---|---|---|---|
${rows.join("\n")}

## Variables

| variable | placeholder | meaning |
|---|---|---|
${meanings.join("\n")}

## Maximum lengths

| part | template, in bytes | rendered, in bytes (subject and sms: in characters) |
|---|---|---|
${limits.join("\n")}
`;
}

function rateLimitsPage(): string {
  const rows = Object.entries(rateLimits).map(
    ([name, { attempts, windowSeconds, backoff: wait, isEnforced: refuses, description: meaning }]) => {
      const growing =
        wait.kind === "exponential" ? `${formatDuration(wait.initialSeconds)}, doubling to ${formatDuration(wait.maxSeconds)}` : undefined;
      const after = growing ?? ("seconds" in wait && wait.seconds ? formatDuration(wait.seconds) : "until the window ends");
      return `| \`${name}\` | ${attempts} in ${formatDuration(windowSeconds)} | ${refuses ? after : "no wait"} | ${meaning} |`;
    },
  );
  return `# Rate limits

Generated from \`src/domain/rate-limiting/rate-limits.ts\`. A network is an IPv4 address or an IPv6 /64. An unknown handle has the same
limits as an account. Attempts are counted before they are checked. A successful attempt is refunded or resets the count; an attempt that
fails because of an error of the server is refunded. During a wait, attempts are neither checked nor counted.

Text messages (\`sms...\`) to verified numbers are counted separately from those to unverified numbers, so requests of other clients cannot
block a user's log-in. At 50, 80 and 100 percent of the messages of a day, and at 100 percent of the limit of a prefix, the gateway records
the audit event \`BUDGET_ALARM\` and logs a warning.

| limit | attempts | wait afterwards | counts |
|---|---|---|---|
${rows.join("\n")}

In addition, each process accepts from one network at most 30 requests per second (bursts of 60) and 30 mutations in 10 seconds, and
rotates the tokens of one session at most 10 times per minute.
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

Generated from \`src/platform/errors/catalogue.ts\`. Programs should switch on codes or types. \`message\` is meant for users and is in the
language of the request.

## Expected failures

Expected failures are members of result unions that implement \`UserError\`. Select \`... on UserError { code message path }\` so that your
document also handles members added later.

| code | HTTP | meaning |
|---|---|---|
${rows("union")}

## Top-level errors

The code is in \`errors[].extensions.code\`. The HTTP status applies to requests that are rejected before execution; an error in a resolver is
returned with status 200.

| code | HTTP | meaning |
|---|---|---|
${rows("top")}
`;
}
