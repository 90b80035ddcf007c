import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";
import { everyDatabase, filesOf, nodeSmoke } from "./test/suites.js";

const require = createRequire(import.meta.url);
const everything = ["test/**/*.test.ts", "src/**/*.test.ts"];
/** Suites that need more than npm packages; separate commands run them. */
const separateSuites = ["test/interop/**", "test/browser/**"];
const modes: Readonly<Record<string, readonly string[]>> = {
  test: everything,
  mysql: filesOf(everyDatabase),
  "mysql-all": everything,
  smoke: nodeSmoke,
  races: ["test/races/**/*.test.ts"],
  interop: ["test/interop/**/*.test.ts"],
  browser: ["test/browser/**/*.test.ts"],
};

export default defineConfig(({ mode }) => {
  const { TEST_DATABASE_URL = "", TEST_RESULTS = "" } = process.env;
  if (mode.startsWith("mysql") && !TEST_DATABASE_URL)
    throw new Error("Set TEST_DATABASE_URL=mysql://USER:PASSWORD@HOST:PORT to the server to test on");
  return {
    // Two copies of graphql in one process do not know each other's types.
    resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve("graphql") }] },
    test: {
      include: [...(modes[mode] ?? everything)],
      exclude: mode === "interop" || mode === "browser" ? [] : separateSuites,
      // The quick suite runs on SQLite, regardless of the shell's environment.
      env: {
        TEST_DATABASE_URL: mode === "test" || mode === "smoke" ? "" : TEST_DATABASE_URL,
        ...(mode === "races" ? { RACE_ROUNDS: "50" } : {}),
      },
      globalSetup: "test/support/global-setup.ts",
      testTimeout: 60_000,
      hookTimeout: 90_000,
      maxWorkers: 2,
      // The files of a worker share the modules they import, which hold no state but caches; importing them anew took a sixth of the run.
      isolate: false,
      // For scripts/case-coverage.ts.
      ...(TEST_RESULTS ? { reporters: ["default", "json"], outputFile: { json: TEST_RESULTS } } : {}),
      sequence: { hooks: "stack" as const },
    },
  };
});
