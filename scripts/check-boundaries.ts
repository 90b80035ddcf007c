// Defines and checks which part of src may import which. With `--print`, it prints the paragraphs that CONTRIBUTING.md quotes.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Layers, from the top. Imports point down only, and folders of one layer do not import each other. */
const layers: readonly (readonly string[])[] = [
  ["main.ts"],
  ["app"],
  ["http", "cli"],
  ["flows", "management"],
  ["graphql"],
  ["domain"],
  ["platform"],
];
/** Modules of domain/. Each imports only those before it. */
const domainOrder = [
  "request-context.ts",
  "applications",
  "users",
  "audit",
  "rate-limiting",
  "one-time-codes",
  "authenticators",
  "jwt",
  "sessions",
  "messaging",
  "sign-in",
  "invitations",
  "account-operations",
];
/** These layers import types of app/services.ts, because app/ composes what they receive. */
const servicesFile = "app/services.ts";
const servicesReaders = ["http", "cli", "flows", "management"];
/** Where a library may be imported: path prefixes or, beginning with a dot, file suffixes. Tests are not checked. */
const libraryPlaces: Readonly<Record<string, readonly string[]>> = {
  typeorm: ["platform/database/", ".entity.ts", ".repository.ts", "domain/messaging/mailer.inbox.ts"],
  "type-graphql": ["graphql/", ".resolver.ts", ".types.ts"],
  graphql: ["graphql/"],
  "@apollo/": ["graphql/"],
  dataloader: ["graphql/", "http/", "platform/database/"],
  fastify: ["http/"],
  "@fastify/": ["http/"],
  "prom-client": ["http/"],
  commander: ["cli/"],
  dotenv: ["app/environment.ts"],
  zod: ["app/environment.ts", ".settings.ts", "domain/applications/settings/"],
  nodemailer: ["domain/messaging/mailer.nodemailer.ts"],
  twilio: ["domain/messaging/sms-sender.twilio.ts"],
  mysql2: ["platform/database/"],
  bcryptjs: ["platform/crypto/"],
  jose: ["platform/crypto/"],
  speakeasy: ["platform/crypto/"],
  "node:crypto": ["platform/crypto/"],
  crypto: ["platform/crypto/"],
};
/** File and folder names that do not describe their contents. */
const vagueName = /(^|[/.-])(utils?|helpers?|common|shared|misc|lib|core|base)(?=[/.]|$)/;

/** The module that a path below src belongs to. Other modules enter it through its index.ts. */
function moduleOf(path: string): string {
  const [layer = "", part = "", ...rest] = path.split("/");
  if (["domain", "flows", "management", "platform"].includes(layer))
    return rest.length > 0 || layer === "domain" ? `${layer}/${part}` : layer;
  return layer;
}
const rankOf = (path: string) => layers.findIndex((layer) => layer.includes(path.split("/")[0] ?? ""));
const isTypeOnly = (statement: string) => statement.startsWith("import type") || statement.startsWith("export type");

/** The reason why `file` may not import `target` (both relative to src, as .ts), or undefined if it may. */
function judgeImport(file: string, target: string, statement: string): string | undefined {
  if (target.startsWith("../"))
    return file === "app/compose.ts" && target.startsWith("../migrations/") ? undefined : "src imports nothing outside src";
  const [fromLayer = "", toLayer = ""] = [file.split("/")[0], target.split("/")[0]];
  const [from, to] = [moduleOf(file), moduleOf(target)];
  if (from === to) return undefined;
  if (target === servicesFile && servicesReaders.includes(fromLayer))
    return isTypeOnly(statement) ? undefined : "only types of app/services.ts are imported here";
  if (rankOf(target) < rankOf(file)) return `${fromLayer} is below ${toLayer}: imports point down`;
  if (fromLayer !== toLayer && rankOf(target) === rankOf(file)) return `${fromLayer} and ${toLayer} do not import each other`;
  if (["flows", "management"].includes(fromLayer) && fromLayer === toLayer && ![from, to].includes(fromLayer))
    return "use cases do not import each other: move what both need to a domain operation";
  if (fromLayer === "domain" && toLayer === "domain") {
    const [here, there] = [domainOrder.indexOf(from.split("/")[1] ?? ""), domainOrder.indexOf(to.split("/")[1] ?? "")];
    if (here < 0 || there < 0) return "a module of domain is missing in the order of modules";
    if (there > here) return "a module of domain imports only those before it";
  }
  const isEntry = target.endsWith("/index.ts") || target === to || !target.slice(to.length + 1) || isSingleFile(target, to);
  return isEntry || fromLayer === "app" || fromLayer === "main.ts" ? undefined : `enter ${to} by its index.ts`;
}

/** Files directly in flows/, management/ and platform/ are modules of their own. */
const isSingleFile = (target: string, module: string) =>
  !module.includes("/") && dirname(target) === module && ["flows", "management", "platform"].includes(module);

function judgeLibrary(file: string, library: string): string | undefined {
  for (const [name, places] of Object.entries(libraryPlaces)) {
    const isMeant = name.endsWith("/") ? library.startsWith(name) : library === name || library.startsWith(`${name}/`);
    if (!isMeant) continue;
    const isAllowed = places.some((place) => (place.startsWith(".") ? file.endsWith(place) : file.startsWith(place)));
    return isAllowed ? undefined : `${name} is imported only in ${places.join(", ")}`;
  }
  return undefined;
}

/** What is wrong with one file: `file` is its path below src. */
export function violationsOf(file: string, text: string): string[] {
  const violations: string[] = [];
  if (vagueName.test(file)) violations.push("the name says nothing about what is in it");
  if (rankOf(file) < 0) violations.push("no layer has this place");
  if (file.endsWith(".test.ts")) return violations;
  if (/\bprocess\.env\b/.test(text) && file !== "app/environment.ts") violations.push("reads process.env: only app/environment.ts does");
  for (const [statement, , fixed, lazy] of text.matchAll(
    /^(import|export)\s[^;]*?from "([^"]+)"|import\("([^"]+)"\)|^import "([^"]+)"/gm,
  )) {
    const specifier = fixed ?? lazy ?? /"([^"]+)"/.exec(statement)?.[1] ?? "";
    const target = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)).replace(/\.js$/, ".ts") : undefined;
    const violation = target === undefined ? judgeLibrary(file, specifier) : judgeImport(file, target, statement);
    if (violation) violations.push(`imports ${target ?? specifier}: ${violation}`);
  }
  return violations;
}

function check(): string[] {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => /\.m?ts$/.test(name));
  return files.flatMap((file) =>
    violationsOf(file, readFileSync(join("src", file), "utf8")).map((violation) => `src/${file}: ${violation}`),
  );
}

const list = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

function paragraph(): string {
  const order = layers.map((layer) => list(layer.map((name) => name.replace(/\.ts$/, "")))).join(" > ");
  const libraries = Object.entries(libraryPlaces).map(
    ([name, places]) => `\`${name.replace(/\/$/, "/*")}\` (${list(places.map((place) => place.replace(/^\./, "*.")))})`,
  );
  return [
    `Imports point down this list only: ${order}. Folders of one step do not import each other, and a folder is entered by its \`index.ts\`.`,
    `Inside \`domain/\` a module imports only those before it: ${list(domainOrder.map((name) => name.replace(/\.ts$/, "")))}.`,
    `One use case never imports another. ${list(servicesReaders)} import types of \`${servicesFile}\`, because \`app\` composes what they receive.`,
    `Libraries have their places: ${libraries.join("; ")}.`,
  ].join("\n");
}

const QUOTE = /<!-- boundaries: [^>]*-->\n([\s\S]*?)\n<!-- end -->/;

function main(): void {
  if (process.argv.includes("--print")) {
    process.stdout.write(`${paragraph()}\n`);
    return;
  }
  const complaints = check();
  if (QUOTE.exec(readFileSync("CONTRIBUTING.md", "utf8"))?.[1] !== paragraph())
    complaints.push("CONTRIBUTING.md does not quote the rules of scripts/check-boundaries.ts: paste the output of --print");
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}

if (process.argv[1]?.endsWith("check-boundaries.ts")) main();
