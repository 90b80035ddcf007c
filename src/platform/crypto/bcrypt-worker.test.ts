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

/** The worker, with a native package that says how it is called in its releases. */
async function startBeside(name: string, hashSync: string, verifySync = "bcrypt.compareSync") {
  const place = join(folder, name);
  const native = join(place, "node_modules/@node-rs/bcrypt");
  mkdirSync(native, { recursive: true });
  symlinkSync(bcryptjs, join(place, "node_modules/bcryptjs"));
  cpSync(fileURLToPath(new URL("./bcrypt-worker.mjs", import.meta.url)), join(place, "worker.mjs"));
  writeFileSync(join(native, "package.json"), JSON.stringify({ name: "@node-rs/bcrypt", main: "index.cjs" }));
  writeFileSync(
    join(native, "index.cjs"),
    `const bcrypt = require(${JSON.stringify(join(bcryptjs, "umd"))});\nexports.hashSync = ${hashSync};\nexports.verifySync = ${verifySync};\n`,
  );
  const worker = new Worker(pathToFileURL(join(place, "worker.mjs")));
  const next = () => new Promise<Record<string, unknown>>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const { ready } = await next();
  const ask = (job: object) => {
    const answer = next();
    worker.postMessage({ id: 1, ...job });
    return answer;
  };
  const { result: hash } = await ask({ secret: "violet hedgehog parade", cost: 5 });
  const { result: isRight } = await ask({ secret: "violet hedgehog parade", hash });
  const { result: isWrong } = await ask({ secret: "violet hedgehog parades", hash });
  await worker.terminate();
  return { ready, cost: String(hash).slice(0, 7), isRight, isWrong };
}

const good = { cost: "$2b$05$", isRight: true, isWrong: false };
const cost = (test: string, value: string) =>
  `(secret, given) => { if (${test}) throw new TypeError("wrong argument"); return bcrypt.hashSync(secret, ${value}); }`;

describe("native bcrypt", () => {
  it("release 1 - takes the cost as a number - is used", async () => {
    const outcome = await startBeside("one", cost('typeof given !== "number"', "given"));
    expect(outcome).toEqual({ ready: "@node-rs/bcrypt", ...good });
  });

  it("release 2 - takes options - is used", async () => {
    const outcome = await startBeside("two", cost('typeof given !== "object"', "given.cost"));
    expect(outcome).toEqual({ ready: "@node-rs/bcrypt", ...good });
  });

  it("another release - takes something else, or says yes to nothing - is left alone", async () => {
    expect(await startBeside("other", cost("true", "4"))).toEqual({ ready: "bcryptjs", ...good });
    expect(await startBeside("cheap", "(secret) => bcrypt.hashSync(secret, 10)")).toEqual({ ready: "bcryptjs", ...good });
    expect(await startBeside("never", cost("false", "given.cost ?? given"), "() => false")).toEqual({ ready: "bcryptjs", ...good });
  });
});
