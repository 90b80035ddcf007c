import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as operations from "../../clients/typescript/src/operations.generated.js";
import { type ExampleState, exampleVariables } from "../../playground/example-state.js";
import { isMysql } from "../support/database.js";
import { createDevice } from "../support/device.js";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
const folder = "clients/typescript";
const story: ExampleState = {
  ...{ isDemo: false, email: "ann@mail.example", mailbox: "ann@mail.example" },
  ...{ password: "violet hedgehog parade", newPassword: "amber walrus picnic", code: "000000" },
};
const { Operations: _, ...documented } = operations;
const documents = Object.entries(documented).map(([name, { query, needsSession }]) => ({
  name: name.replace(/Operation$/, ""),
  query,
  needsSession,
}));

let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

describe("client package", () => {
  it("methods - operation documents - there is one method for each", () => {
    const files = readdirSync("schema/operations/authentication").map((file) => file.replace(".graphql", ""));
    const { client } = createDevice(gateway, application);
    expect(documents.map(({ name }) => name).sort()).toEqual(files.filter((name) => name !== "fragments").sort());
    for (const { name } of documents) expect(client[name as "me"]).toBeTypeOf("function");
  });

  it.each(documents)("$name - without a session - the gateway requires one exactly where the client sends it", async ({
    name,
    query,
    needsSession,
  }) => {
    const body = { query, variables: exampleVariables[`authentication/${name}`]?.(story) ?? {} };
    const { errors } = await application.client.post(body);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(needsSession ? ["UNAUTHENTICATED"] : []);
  });

  it("sources - every import - is internal: the package has no dependencies", () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as Record<string, unknown>;
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
    for (const file of readdirSync(`${folder}/src`))
      for (const [, specifier] of readFileSync(`${folder}/src/${file}`, "utf8").matchAll(/from "([^"]+)"/g))
        expect(specifier, file).toMatch(/^\.\/[a-z.-]+\.js$/);
  });

  it.skipIf(isMysql)(
    "package - installed in a project, with the guide's example - compiles and runs from sign-up to a verified JWT",
    async () => {
      const project = mkdtempSync(join(tmpdir(), "latchkey-client-"));
      const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
      const compile = (...args: string[]) =>
        execFileSync(process.execPath, [tsc, ...args], { cwd: project, encoding: "utf8", stdio: "pipe" });
      const installed = join(project, "node_modules/@latchkey/client");
      compile("-p", join(process.cwd(), folder), "--outDir", join(installed, "dist"));
      writeFileSync(join(installed, "package.json"), readFileSync(`${folder}/package.json`));
      for (const name of ["jose", "@types"]) symlinkSync(join(process.cwd(), "node_modules", name), join(project, "node_modules", name));
      writeFileSync(join(project, "package.json"), '{ "type": "module" }');
      const example = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/typescript.md", "utf8"))?.[1] ?? "";
      writeFileSync(join(project, "app.ts"), example);
      compile(...["--strict", "--exactOptionalPropertyTypes", "--target", "ES2022", "--module", "NodeNext", "--types", "node", "app.ts"]);
      const email = uniqueEmail();
      const issuer = `${gateway.url}/apps/${application.id}`;
      const env = {
        ...{ EMAIL: email, LATCHKEY_URL: `${gateway.url}/graphql`, LATCHKEY_APP_KEY: application.appKey, LATCHKEY_APP_ID: application.id },
        ...{ LATCHKEY_ISSUER: issuer, LATCHKEY_JWKS_URL: `${issuer}/.well-known/jwks.json` },
      };
      const child = spawn(process.execPath, ["app.js"], { cwd: project, env, stdio: ["pipe", "pipe", "inherit"] });
      child.stdin.write(`${await gateway.mails.nextCode(email)}\n`);
      let shown = "";
      for await (const chunk of child.stdout) shown += String(chunk);
      expect(shown).toMatch(new RegExp(`^[0-9a-f-]{36} is ${email}\n$`));
    },
  );
});
