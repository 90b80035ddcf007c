import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, it } from "vitest";

const bcryptjs = dirname(dirname(createRequire(import.meta.url).resolve("bcryptjs")));
const folder = mkdtempSync(join(tmpdir(), "latchkey-worker-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Starts the worker with a fake native package. */
async function startWorker(name: string, hashSync: string, verifySync: string) {
  const directory = join(folder, name);
  const native = join(directory, "node_modules/@node-rs/bcrypt");
  mkdirSync(native, { recursive: true });
  symlinkSync(bcryptjs, join(directory, "node_modules/bcryptjs"));
  cpSync(fileURLToPath(new URL("./bcrypt-worker.mjs", import.meta.url)), join(directory, "worker.mjs"));
  writeFileSync(join(native, "package.json"), JSON.stringify({ name: "@node-rs/bcrypt", main: "index.cjs" }));
  writeFileSync(
    join(native, "index.cjs"),
    `const bcrypt = require(${JSON.stringify(join(bcryptjs, "umd"))});\nexports.hashSync = ${hashSync};\nexports.verifySync = ${verifySync};\n`,
  );
  const worker = new Worker(pathToFileURL(join(directory, "worker.mjs")));
  const next = () => new Promise<Record<string, unknown>>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const { ready } = await next();
  const request = (job: object) => {
    const response = next();
    worker.postMessage({ id: 1, ...job });
    return response;
  };
  return { ready, request, stop: () => worker.terminate() };
}

/** What the worker makes of a fake native package. */
async function startWorkerWith(name: string, hashSync: string, verifySync = "bcrypt.compareSync") {
  const { ready, request, stop } = await startWorker(name, hashSync, verifySync);
  const { result: hash } = await request({ secret: "violet hedgehog parade", cost: 5 });
  const { result: isRight } = await request({ secret: "violet hedgehog parade", hash, failureCosts: [] });
  const { result: isWrong } = await request({ secret: "violet hedgehog parades", hash });
  await stop();
  return { ready, cost: String(hash).slice(0, 7), isRight, isWrong };
}

const expected = { cost: "$2b$05$", isRight: true, isWrong: false };
const hashSyncSource = (test: string, value: string) =>
  `(secret, given) => { if (${test}) throw new TypeError("wrong argument"); return bcrypt.hashSync(secret, ${value}); }`;

describe("native bcrypt", () => {
  it("release 1 - takes the cost as a number - is used", async () => {
    const outcome = await startWorkerWith("one", hashSyncSource('typeof given !== "number"', "given"));
    expect(outcome).toEqual({ ready: "@node-rs/bcrypt", ...expected });
  });

  it("release 2 - takes options - is used", async () => {
    const outcome = await startWorkerWith("two", hashSyncSource('typeof given !== "object"', "given.cost"));
    expect(outcome).toEqual({ ready: "@node-rs/bcrypt", ...expected });
  });

  it("another release - with other parameters, or that accepts no password - is not used", async () => {
    expect(await startWorkerWith("other", hashSyncSource("true", "4"))).toEqual({ ready: "bcryptjs", ...expected });
    expect(await startWorkerWith("cheap", "(secret) => bcrypt.hashSync(secret, 10)")).toEqual({ ready: "bcryptjs", ...expected });
    expect(await startWorkerWith("never", hashSyncSource("false", "given.cost ?? given"), "() => false")).toEqual({
      ready: "bcryptjs",
      ...expected,
    });
  });
});

describe("verification", () => {
  it("A-04 failure costs - wrong password, no hash, right password - are hashed after a failure only", async () => {
    const recordCost = "(secret, { cost }) => { (globalThis.costs ??= []).push(cost); return bcrypt.hashSync(secret, cost); }";
    const answerCosts = '(secret, hash) => hash === "costs" ? globalThis.costs.splice(0).join() : bcrypt.compareSync(secret, hash)';
    const { request, stop } = await startWorker("costs", recordCost, answerCosts);
    const { result: hash } = await request({ secret: "violet hedgehog parade", cost: 4 });
    const costsOf = async (secret: string, stored: unknown) => {
      await request({ secret: "", hash: "costs", failureCosts: [] });
      const { result: isRight } = await request({ secret, hash: stored, failureCosts: [4, 5, 6] });
      return { isRight, costs: (await request({ secret: "", hash: "costs", failureCosts: [] }))["result"] };
    };
    expect(await costsOf("violet hedgehog parades", hash)).toEqual({ isRight: false, costs: "4,5,6" });
    expect(await costsOf("violet hedgehog parade", null)).toEqual({ isRight: false, costs: "4,5,6" });
    expect(await costsOf("violet hedgehog parade", hash)).toEqual({ isRight: true, costs: "" });
    await stop();
  });
});
