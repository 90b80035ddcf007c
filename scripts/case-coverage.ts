// Reports which cases of docs/security-cases.md the last test runs covered. A case is covered if a test with its id in the title passed
// and none failed. Usage: TEST_RESULTS=test-results/sqlite.json npm test; npm run coverage:cases [-- FILE...]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

interface Run {
  readonly name: string;
  readonly passed: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
}
interface Results {
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

const FOLDER = "test-results";
const ID = /\b[A-Z]{2}-\d{2}\b/g;

const list = readFileSync("docs/security-cases.md", "utf8");
const ids = [...list.matchAll(/^- ([A-Z]{2}-\d{2}) /gm)].map(([, id = ""]) => id);
const groups = [...list.matchAll(/^## ([A-Z]{2}) (.+)$/gm)].map(([, prefix = "", title = ""]) => ({ prefix, title }));
const notApplicable = JSON.parse(readFileSync("test/not-applicable-cases.json", "utf8")) as Record<string, string[]>;
const reasonById = new Map(Object.entries(notApplicable).flatMap(([reason, names]) => names.map((id) => [id, reason] as const)));

const files = process.argv.slice(2);
if (files.length === 0 && existsSync(FOLDER)) files.push(...readdirSync(FOLDER).map((name) => join(FOLDER, name)));
const runs = files.filter((file) => file.endsWith(".json")).map(readRun);
if (runs.length === 0) fail(`No test results found. Run the tests with TEST_RESULTS=${FOLDER}/NAME.json first.`);

const failed = new Set(runs.flatMap((run) => [...run.failed]));
const covered = new Set(runs.flatMap((run) => [...run.passed]).filter((id) => !failed.has(id)));
const missing: string[] = [];
const table = [["group", "cases", "covered", "not covered", "not applicable yet"]];
for (const { prefix, title } of groups) {
  const own = ids.filter((id) => id.startsWith(`${prefix}-`));
  const open = own.filter((id) => !covered.has(id));
  const due = open.filter((id) => !reasonById.has(id));
  missing.push(...due);
  table.push([`${prefix} ${title}`, own.length, own.length - open.length, due.length, open.length - due.length].map(String));
}
const open = ids.filter((id) => !covered.has(id));
table.push(["all", ids.length, ids.length - open.length, missing.length, open.length - missing.length].map(String));

printLine(alignColumns(table));
for (const run of runs) printLine(`${run.name}: ${ids.filter((id) => run.passed.has(id) && !run.failed.has(id)).length} covered`);
if (missing.length > 0) printLine(`not covered: ${missing.join(" ")}`);
for (const [reason, names] of Object.entries(notApplicable)) {
  const still = names.filter((id) => !covered.has(id));
  if (still.length > 0) printLine(`not applicable yet, ${reason}: ${still.join(" ")}`);
  const done = names.filter((id) => covered.has(id));
  if (done.length > 0) printLine(`covered, remove from test/not-applicable-cases.json: ${done.join(" ")}`);
}
const unknown = [...new Set([...covered, ...failed, ...reasonById.keys()])].filter((id) => !ids.includes(id));
if (unknown.length > 0) fail(`Ids that are not in docs/security-cases.md: ${unknown.join(" ")}`);

/** Collects the ids in the titles of passed and failed tests. A title may contain several ids. */
function readRun(file: string): Run {
  const passed = new Set<string>();
  const failures = new Set<string>();
  for (const { assertionResults } of (JSON.parse(readFileSync(file, "utf8")) as Results).testResults)
    for (const { status, fullName } of assertionResults)
      for (const [id] of fullName.matchAll(ID)) if (groups.some(({ prefix }) => id.startsWith(prefix))) recordStatus(status, id);
  return { name: basename(file, ".json"), passed, failed: failures };

  function recordStatus(status: string, id: string): void {
    if (status === "passed") passed.add(id);
    if (status === "failed") failures.add(id);
  }
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const pad = (cell: string, column: number) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0));
  return rows.map((row) => row.map(pad).join("  ")).join("\n");
}

function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
