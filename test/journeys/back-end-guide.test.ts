import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { BackEnd } from "../support/back-end.js";
import { TestGateway } from "../support/gateway.js";

const guide = readFileSync("docs/back-end.md", "utf8");
const run = promisify(execFile);

let gateway: TestGateway;
let stage: BackEnd;
beforeAll(async () => {
  gateway = await TestGateway.start();
  stage = await BackEnd.start(gateway);
});
afterAll(() => gateway.stop());

it("docs/back-end.md - the Node example, as it stands there - makes a user an editor", async () => {
  const { email, tokens } = await stage.person();
  const code = /```js\n([\s\S]+?)```/.exec(guide)?.[1] ?? "";
  const env = {
    LATCHKEY_URL: `${gateway.url}/graphql`,
    LATCHKEY_APP_ID: stage.application.id,
    LATCHKEY_SECRET_KEY: stage.application.secretKey,
  };
  // Under -e arguments begin one place earlier than in a file.
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code, "example.mjs", tokens.user.id], { env });
  expect(stdout).toContain("editor");
  expect((await stage.showUser(tokens.user.id)).metadata).toMatchObject({ role: "editor" });
  await expect(run(process.execPath, ["--input-type=module", "-e", code, "example.mjs", email], { env })).rejects.toThrow(
    /FORBIDDEN|not allowed/,
  );
});

it("docs/back-end.md - the curl example's query - finds by the beginning of the address", async () => {
  const { email } = await stage.person("ann.guided@mail.example");
  const query = JSON.parse(`"${/"query": "((?:[^"\\]|\\.)+)"/.exec(guide)?.[1]}"`) as string;
  const answer = await stage.client.post({ query, variables: { id: stage.application.id } });
  expect(answer.data).toMatchObject({ application: { users: { totalCount: 1, edges: [{ node: { email } }] } } });
});
