import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync("docs/cosync-parity.md", "utf8");
const rows = [...page.matchAll(/^\| (\d+) \|(.*)\|(.*)\|(.*)\|$/gm)].map(([, number, theirs, ours, shown = ""]) => ({
  number: Number(number),
  theirs: theirs?.trim(),
  ours: ours?.trim(),
  shown: shown.trim(),
}));
const tests = readdirSync("test", { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".test.ts"))
  .map((path) => readFileSync(`test/${path}`, "utf8"))
  .join("\n");

describe("parity with CosyncJWT", () => {
  it("rows - 54 features - each names the Latchkey equivalent and its test, or says later", () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 54 }, (_, index) => index + 1));
    for (const { theirs, ours, shown } of rows) expect([theirs, ours, shown]).not.toContain("");
  });

  it.each(rows)("row $number - $theirs - refers to existing tests", ({ shown }) => {
    if (shown === "later") return;
    const titles = [...shown.matchAll(/`([^`]+)`/g)].map(([, title = ""]) => title);
    expect(titles.length).toBeGreaterThan(0);
    expect(titles.filter((title) => !tests.includes(`"${title}"`))).toEqual([]);
    expect(shown.replace(/`[^`]+`/g, "").trim()).toBe("");
  });
});

describe("guides", () => {
  it.each(["typescript", "swift", "kotlin"])("docs/%s.md - every example - has at most 40 lines", (name) => {
    const examples = [...readFileSync(`docs/${name}.md`, "utf8").matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, example = ""]) => example);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect(example.split("\n").length).toBeLessThanOrEqual(41);
  });
});
