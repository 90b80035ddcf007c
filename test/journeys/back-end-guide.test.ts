import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { beforeAll, expect, it } from "vitest";
import { BackEndFixture } from "../support/back-end-fixture.js";
import { gatewayForFile } from "../support/gateway.js";

const gateway = gatewayForFile();
const guide = readFileSync("docs/back-end.md", "utf8");
const run = promisify(execFile);

let fixture: BackEndFixture;
beforeAll(async () => {
  fixture = await BackEndFixture.start(gateway);
});

it("docs/back-end.md - the Node example, unchanged - makes a user an editor", async () => {
  const { email, tokens } = await fixture.signUpPerson();
  const code = /```js\n([\s\S]+?)```/.exec(guide)?.[1] ?? "";
  const env = {
    LATCHKEY_URL: `${gateway.url}/graphql`,
    LATCHKEY_APP_ID: fixture.application.id,
    LATCHKEY_SECRET_KEY: fixture.application.secretKey,
  };
  // Under -e arguments begin one place earlier than in a file.
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", code, "example.mjs", tokens.user.id], { env });
  expect(stdout).toContain("editor");
  expect((await fixture.getUser(tokens.user.id)).metadata).toMatchObject({ role: "editor" });
  await expect(run(process.execPath, ["--input-type=module", "-e", code, "example.mjs", email], { env })).rejects.toThrow(
    /FORBIDDEN|not allowed/,
  );
});

it("docs/back-end.md - the curl example's query - finds users by address prefix", async () => {
  const { email } = await fixture.signUpPerson("ann.guided@mail.example");
  const query = JSON.parse(`"${/"query": "((?:[^"\\]|\\.)+)"/.exec(guide)?.[1]}"`) as string;
  const answer = await fixture.client.post({ query, variables: { id: fixture.application.id } });
  expect(answer.data).toMatchObject({ application: { users: { totalCount: 1, edges: [{ node: { email } }] } } });
});
