import { createRequire } from "node:module";
import { defineConfig } from "vitest/config";

const require = createRequire(import.meta.url);

export default defineConfig(({ mode }) => {
  const { TEST_DATABASE_URL = "", TEST_RESULTS = "" } = process.env;
  if (mode === "mysql" && !TEST_DATABASE_URL)
    throw new Error("Set TEST_DATABASE_URL=mysql://USER:PASSWORD@HOST:PORT to the server to test on");
  const own = ["races", "interop", "browser"].includes(mode);
  return {
    // Two copies of graphql in one process do not know each other's types.
    resolve: { alias: [{ find: /^graphql$/, replacement: require.resolve("graphql") }] },
    test: {
      include: own ? [`test/${mode}/**/*.test.ts`] : ["test/**/*.test.ts", "src/**/*.test.ts"],
      // What needs more than npm packages has commands of its own.
      exclude: own ? [] : ["test/interop/**", "test/browser/**"],
      // The quick suite runs on SQLite whatever the shell has set.
      env: { TEST_DATABASE_URL: mode === "test" ? "" : TEST_DATABASE_URL, ...(mode === "races" ? { RACE_ROUNDS: "50" } : {}) },
      testTimeout: 60_000,
      hookTimeout: 90_000,
      globalSetup: "test/support/global-setup.ts",
      maxWorkers: 2,
      // The files of a worker share the modules they import, which hold no state but caches; importing them anew took a sixth of the run.
      isolate: false,
      // For scripts/cover-cases.ts.
      ...(TEST_RESULTS ? { reporters: ["default", "json"], outputFile: { json: TEST_RESULTS } } : {}),
      sequence: { hooks: "stack" as const },
    },
  };
});
