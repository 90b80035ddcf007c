import { cpSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { createTemporaryFolder, ensurePlaygroundBuilt, FAST_HASHING, GatewayProcess, runNode } from "../support/process.js";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const runner = join(root, "scripts/run.mjs");

beforeAll(ensurePlaygroundBuilt, 400_000);

describe("npm start", () => {
  it("stop - SIGTERM to the process that npm started - the gateway stops and it exits with 0", async () => {
    const gateway = await GatewayProcess.start(createTemporaryFolder(), FAST_HASHING, undefined, runner);
    try {
      expect(gateway.stderr).not.toContain("Building Latchkey");
      gateway.signal("SIGTERM");
      expect(await gateway.exitStatus).toEqual({ code: 0, signal: null });
      expect(gateway.logs.at(-1)).toMatchObject({ msg: "stopped" });
    } finally {
      await gateway.kill();
    }
  });

  it("start - port in use - exits with 1 and one sentence that names port and variable", async () => {
    const first = await GatewayProcess.start(createTemporaryFolder(), FAST_HASHING);
    try {
      const second = await GatewayProcess.launch(createTemporaryFolder(), FAST_HASHING, first.port);
      expect(await second.exitStatus).toEqual({ code: 1, signal: null });
      expect(second.stderr).toMatch(new RegExp(`^PORT ${first.port} .*in use.*\n$`));
    } finally {
      await first.kill();
    }
  });

  it("start - neither a build nor the packages that build it - exits with 1 and says what to run", async () => {
    const clone = createTemporaryFolder();
    for (const folder of ["scripts", "src", "migrations"]) cpSync(join(root, folder), join(clone, folder), { recursive: true });
    for (const file of ["package.json", "tsconfig.json"]) cpSync(join(root, file), join(clone, file));
    const started = () => runNode([join(clone, "scripts/run.mjs")], {}, clone, 60_000);
    const withSources = await started();
    expect([withSources.code, withSources.stderr]).toEqual([1, expect.stringMatching(/^[^\n]*npm ci && npm run build\n$/)]);
    rmSync(join(clone, "src"), { recursive: true });
    rmSync(join(clone, "tsconfig.json"));
    const withoutSources = await started();
    expect([withoutSources.code, withoutSources.stderr]).toEqual([1, expect.stringMatching(/^[^\n]*npm ci && npm run build[^\n]*\n$/)]);
  });
});
