import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Place } from "./place.js";
import { output, root } from "./processes.js";
import type { Measure } from "./rows.js";

/** From nothing to the first answer, against a process that imports the same libraries and leaves. */
export function startRow(place: Place): Measure {
  const libraries = importedLibraries().map((name) => `import ${JSON.stringify(name)};`);
  return {
    ...{ id: "C1", what: "cold start to the first answer : importing the same libraries", unit: "ms" },
    ...{ floor: 2.5, goal: 1.7, lowerIsBetter: true },
    ours: async () => {
      const gateway = await place.start();
      await gateway.stop();
      return { value: gateway.startMilliseconds };
    },
    other: async () => {
      const start = performance.now();
      await output(process.execPath, ["--input-type=module", "--eval", libraries.join("")], root);
      return { value: performance.now() - start };
    },
  };
}

/** Everything that a built file imports when it is loaded. */
function importedLibraries(): string[] {
  const folder = join(root, "dist/src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith("js"));
  const found = files.flatMap((name) => [
    ...readFileSync(join(folder, name), "utf8").matchAll(/^import (?:[^"]*? from )?"([^".][^"]*)";$/gm),
  ]);
  return [...new Set(["mysql2", ...found.map(([, library = ""]) => library)])].sort();
}
