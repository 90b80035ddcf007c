import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchmarkEnvironment } from "./environment.js";
import type { Measure } from "./measures.js";
import { root, runToEnd } from "./processes.js";

/** Time from process start to the first response, compared with a process that imports the same libraries and exits. */
export function coldStartMeasure(place: BenchmarkEnvironment): Measure {
  const libraries = importedLibraries().map((name) => `import ${JSON.stringify(name)};`);
  return {
    ...{ id: "C1", description: "cold start to the first answer : importing the same libraries", unit: "ms" },
    ...{ floor: 2.5, goal: 1.7, lowerIsBetter: true },
    measureGateway: async () => {
      const gateway = await place.start();
      await gateway.stop();
      return { value: gateway.startMs };
    },
    measureReference: async () => {
      const start = performance.now();
      await runToEnd(process.execPath, ["--input-type=module", "--eval", libraries.join("")], root);
      return { value: performance.now() - start };
    },
  };
}

/** Every package that the sources import on load. The bundle contains them; the reference loads them from node_modules. */
function importedLibraries(): string[] {
  const folder = join(root, "src");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => /\.ts$/.test(name) && !name.endsWith(".test.ts"),
  );
  const found = files.flatMap((name) => [
    ...readFileSync(join(folder, name), "utf8").matchAll(/^import (?!type )(?:[^"]*? from )?"([^".][^"]*)";$/gm),
  ]);
  return [...new Set(["mysql2", ...found.map(([, library = ""]) => library)])].sort();
}
