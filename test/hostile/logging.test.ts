import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buildSchema } from "graphql";
import { SMTPServer } from "smtp-server";
import { expect, it } from "vitest";
import { buildSchemas } from "../../src/app/schemas.js";
import { TestGateway } from "../support/gateway.js";
import { MeDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();

it("LG-03 log - line breaks, escapes and JSON in address, user agent, operation and application name - one complete record per line", async () => {
  const { gateway, a } = fixture;
  const break_ = 'x\r\n{"level":60,"msg":"forged"}\u001b[31m';
  const before = gateway.logs.length;
  await attempt.logIn(a.client, `${break_}@mail.example`, "whatever the password");
  await a.client.with({ headers: { "user-agent": 'x {"level":60,"msg":"forged"} [31m' } }).post({
    query: "query Forged { application { id } }",
    operationName: break_,
  });
  await a.client.post({ query: `query A { application { id } } # ${break_}` });
  await gateway.configure(a.id, 'general.name=Heron {"level":60}');
  await attempt.logIn(a.client, uniqueEmail(), "whatever the password");
  const lines = gateway.logs.slice(before);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    expect(line.endsWith("\n") && line.indexOf("\n") === line.length - 1).toBe(true);
    expect(JSON.parse(line)).not.toMatchObject({ msg: "forged" });
  }
});

it("request log - operation name and error code - are in the line if they fit, and the name is no label of metrics", async () => {
  const { gateway, a } = fixture;
  const lineOf = async (work: () => Promise<unknown>) => {
    const from = gateway.logs.length;
    await work();
    const find = () => gateway.logs.slice(from).find((line) => line.includes("request served"));
    await expect.poll(find).toBeDefined();
    return JSON.parse(find() ?? "{}") as Record<string, unknown>;
  };
  const query = (name: string) => ({ query: `query ${name} { application { id } }` });
  expect(await lineOf(() => a.client.post(query("ReadName")))).toMatchObject({ operation: "ReadName", status: 200 });
  expect(await lineOf(() => a.client.post(query("x".repeat(64))))).toMatchObject({ operation: "x".repeat(64) });
  for (const body of [query("x".repeat(65)), query(""), { query: "{ application { id } }", operationName: "Forged" }])
    expect(Object.keys(await lineOf(() => a.client.post(body)))).not.toContain("operation");
  expect(await lineOf(() => a.client.post({ query: "query ReadMe { me { id } }" }))).toMatchObject({
    operation: "ReadMe",
    code: "UNAUTHENTICATED",
  });
  expect(await lineOf(() => a.client.post("{"))).toMatchObject({ status: 400, code: "DOCUMENT_REFUSED" });
  expect(await lineOf(() => gateway.client().post(query("ReadName")))).toMatchObject({ status: 401, code: "UNAUTHENTICATED" });
  expect((await fixture.fetch("/metrics")).text).not.toMatch(/ReadName|ReadMe/);
});

it("LG-05 audit - all operations of both APIs - none changes it", async () => {
  for (const { sdl } of Object.values(await buildSchemas())) {
    const mutations = Object.keys(buildSchema(sdl).getMutationType()?.getFields() ?? {});
    expect(mutations.length).toBeGreaterThan(5);
    expect(mutations.filter((name) => /audit|event|log$/i.test(name))).toEqual([]);
  }
});

it("TH-21 invented tokens - right format, sessions table missing - are rejected without a database query", async () => {
  const gateway = await TestGateway.start();
  try {
    const { client } = await gateway.createApplication();
    await gateway.query("ALTER TABLE sessions RENAME TO sessions_away");
    const body = () => Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 7 + 3) % 251)).toString("base64url");
    expect(outcomeOf(await attempt.refresh(client, `lk_ref_${body()}`))).toBe("SESSION_ENDED");
    expect(outcomeOf(await client.with({ token: `lk_ses_${body()}` }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
    const limited = client.with({ address: "192.0.2.99" });
    const answers = await Promise.all(Array.from({ length: 120 }, () => attempt.refresh(limited, "lk_ref_invented")));
    expect(answers.map(outcomeOf)).toContain("RATE_LIMITED");
  } finally {
    await gateway.stop();
  }
});

it("TR-13 mail - server with an untrusted certificate - is not sent and stays pending", async () => {
  let offered = 0;
  const server = new SMTPServer({
    secure: true,
    onData: (stream, _session, done) => {
      offered++;
      stream.resume().on("end", done);
    },
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  const gateway = await TestGateway.start({ environment: { SMTP_URL: `smtps://127.0.0.1:${port}` } });
  try {
    const { client } = await gateway.createApplication();
    await attempt.signUp(client, uniqueEmail());
    const rows = () =>
      gateway.query<{ status: string; last_failure: string }>("SELECT status, last_failure FROM outbox_messages WHERE attempts > 0");
    await expect
      .poll(rows, { timeout: 20_000 })
      .toEqual([{ status: "PENDING", last_failure: expect.stringMatching(/SELF_SIGNED|ESOCKET|ETLS|UNABLE_TO_VERIFY/) }]);
    expect(offered).toBe(0);
  } finally {
    await gateway.stop();
    await new Promise<void>((resolve) => server.close(resolve));
  }
});
