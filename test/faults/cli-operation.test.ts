import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "dotenv";
import { describe, expect, it } from "vitest";
import { parseEnvironment } from "../../src/app/environment.js";
import { runCommandHere } from "../support/command.js";
import { createTemporaryFolder, FAST_HASHING, type Variables } from "../support/process.js";

const MASTER_KEYS = "k1:c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBtb3JlISE=";
const folder = createTemporaryFolder();
/** On an embedded database in a folder, unless `more` says otherwise. */
const run = (words: string[], more: Variables = {}) =>
  runCommandHere(words, { ...FAST_HASHING, MASTER_KEYS, DATA_DIR: folder, ...more }, folder);
const createApplication = async (name: string) =>
  JSON.parse((await run(["application", "create", "--name", name, "--json"])).stdout) as { id: string };

describe("operation", () => {
  it("backup and restore - embedded database - another one shows all data, under the same master key only", async () => {
    const { id } = await createApplication("Saved");
    const file = join(folder, "backup");
    const copy = { DATABASE_URL: `sqlite:${join(folder, "copy.sqlite")}` };
    expect(await run(["backup", file])).toMatchObject({ code: 0, stdout: "" });
    expect(await run(["restore", file], copy)).toMatchObject({ code: 0, stdout: "" });
    expect((statSync(join(folder, "copy.sqlite")).mode & 0o777).toString(8)).toBe("600");
    expect(await run(["application", "show", id], copy)).toMatchObject({ code: 0, stdout: expect.stringContaining('"name":"Saved"') });
    const otherKey = { ...copy, MASTER_KEYS: "k1:b3RoZXIgYnl0ZXMgZm9yIGFub3RoZXIga2V5IGhlcmU=" };
    expect(await run(["application", "list"], otherKey)).toMatchObject({ code: 1, stdout: "" });
  });

  it("keys list - on a terminal - prints times in UTC (ISO 8601)", async () => {
    const { id } = await createApplication("Timed");
    const { stdout } = await run(["keys", "list", id]);
    expect(stdout.match(/^createdAt: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/gm)).toHaveLength(2);
  });

  it("secrets new - in both forms - prints secrets with which production starts, in a shell and in .env, and never the same twice", async () => {
    const [shell, envFile, other] = [
      await run(["secrets", "new"]),
      await run(["secrets", "new", "--env-file"]),
      await run(["secrets", "new"]),
    ];
    const inShell = spawnSync("sh", ["-c", `${shell.stdout}exec env`], { env: { PATH: process.env["PATH"] ?? "" }, encoding: "utf8" });
    const names = ["MASTER_KEYS", "METRICS_TOKEN"];
    const valuesOf = (text: string) => Object.fromEntries(Object.entries(parse(text)).filter(([name]) => names.includes(name)));
    expect(Object.keys(valuesOf(shell.stdout)).sort()).toEqual(names);
    expect(valuesOf(inShell.stdout)).toEqual(valuesOf(shell.stdout));
    expect(shell.stdout).not.toBe(other.stdout);
    expect(envFile.stdout).toMatch(/^MASTER_KEYS=k1:[\w+/]{43}=\nMETRICS_TOKEN=[\w-]{43}\n$/);
    const production = { GATEWAY_MODE: "production", PUBLIC_URL: "https://auth.example", DATABASE_URL: "mysql://u:p@db.example/latchkey" };
    for (const text of [shell.stdout, envFile.stdout])
      expect(parseEnvironment({ ...production, ...valuesOf(text) }).MASTER_KEYS).toHaveLength(1);
  });
});
