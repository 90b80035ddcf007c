// Checks what Biome cannot say: which room may enter which (docs/decisions/0001-the-house.md).
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** A noun enters only nouns to its left. */
const nouns = [
  "applications",
  "users",
  "audit",
  "throttling",
  "challenges",
  "authenticators",
  "tokens",
  "sessions",
  "messaging",
  "admission",
  "invitations",
  "accounts",
];
const foundations = ["crypto", "database", "errors", "paging"];
const stories = ["flows", "management"];

let violations = 0;
for (const file of readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))) {
  const room = file.split("/")[0] ?? "";
  for (const [, specifier = ""] of readFileSync(join("src", file), "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    const target = normalize(join(dirname(file), specifier));
    const complaint = judge(room, target.split("/")[0] ?? "", file, target);
    if (!complaint) continue;
    violations++;
    process.stderr.write(`src/${file} imports ${target}: ${complaint}\n`);
  }
}
process.exitCode = violations > 0 ? 1 : 0;

function judge(room: string, entered: string, file: string, target: string): string | undefined {
  if (target.startsWith("..")) return file === "compose.ts" ? undefined : "src imports nothing outside of src";
  if (stories.includes(room) && room === entered) return sameStory(file, target);
  if (room === entered || !file.includes("/")) return undefined;
  if (stories.includes(room) && stories.includes(entered)) return "flows and management do not know each other";
  const [from, to] = [nouns.indexOf(room), nouns.indexOf(entered)];
  if (from >= 0 && to > from) return "a noun enters only nouns to its left";
  if (from >= 0 && (stories.includes(entered) || entered === "http")) return "a noun does not know who uses it";
  if (foundations.includes(room) && (to >= 0 || stories.includes(entered) || entered === "http"))
    return "a foundation enters foundations only";
  if (stories.includes(room) && (entered === "http" || entered === "compose.js")) return "a story does not know how it is told";
  return undefined;
}

/** Files beside the folders (flow.ts, area.ts, handle.types.ts) are what they all stand on. */
function sameStory(file: string, target: string): string | undefined {
  const [, folder = "", ...rest] = file.split("/");
  const [, other = "", ...otherRest] = target.split("/");
  const isBetweenFolders = rest.length > 0 && otherRest.length > 0 && folder !== other;
  return isBetweenFolders ? "one folder does not enter another: what both need is a noun" : undefined;
}
