import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { buildSchema } from "graphql";
import { SMTPServer } from "smtp-server";
import { expect, it } from "vitest";
import { buildSchemas } from "../../src/app/schemas.js";
import { TestGateway } from "../support/gateway.js";
import { MeDocument } from "../support/generated/authentication.js";
import { attempt, hostile, outcomeOf } from "../support/hostile.js";
import { freshEmail } from "../support/people.js";

const stage = hostile();

it("LG-03 address, agent, operation name, application name - with line breaks, escapes and JSON in them - one whole record a line", async () => {
  const { gateway, a } = stage;
  const break_ = 'x\r\n{"level":60,"msg":"forged"}\u001b[31m';
  const before = gateway.logs.length;
  await attempt.logIn(a.client, `${break_}@mail.example`, "whatever the password");
  await a.client.with({ headers: { "user-agent": 'x {"level":60,"msg":"forged"} [31m' } }).post({
    query: "query Forged { application { id } }",
    operationName: break_,
  });
  await a.client.post({ query: `query A { application { id } } # ${break_}` });
  await gateway.configure(a.id, 'general.name=Heron {"level":60}');
  await attempt.logIn(a.client, freshEmail(), "whatever the password");
  const lines = gateway.logs.slice(before);
  expect(lines.length).toBeGreaterThan(3);
  for (const line of lines) {
    expect(line.endsWith("\n") && line.indexOf("\n") === line.length - 1).toBe(true);
    expect(JSON.parse(line)).not.toMatchObject({ msg: "forged" });
  }
});

it("LG-05 audit - whoever calls - no operation of either API changes it", async () => {
  for (const { sdl } of Object.values(await buildSchemas())) {
    const mutations = Object.keys(buildSchema(sdl).getMutationType()?.getFields() ?? {});
    expect(mutations.length).toBeGreaterThan(5);
    expect(mutations.filter((name) => /audit|event|log$/i.test(name))).toEqual([]);
  }
});

it("TH-21 invented tokens - of the right shape, with no table to look in - are refused all the same: they ask the database nothing", async () => {
  const gateway = await TestGateway.start();
  try {
    const { client } = await gateway.createApplication();
    await gateway.query("ALTER TABLE sessions RENAME TO sessions_away");
    const body = () => Buffer.from(Array.from({ length: 64 }, (_, index) => (index * 7 + 3) % 251)).toString("base64url");
    expect(outcomeOf(await attempt.refresh(client, `lk_ref_${body()}`))).toBe("SESSION_ENDED");
    expect(outcomeOf(await client.with({ token: `lk_ses_${body()}` }).run(MeDocument, {}))).toBe("UNAUTHENTICATED");
    const flood = client.with({ address: "192.0.2.99" });
    const answers = await Promise.all(Array.from({ length: 120 }, () => attempt.refresh(flood, "lk_ref_invented")));
    expect(answers.map(outcomeOf)).toContain("RATE_LIMITED");
  } finally {
    await gateway.stop();
  }
});

it("TR-13 mail - to a server whose certificate nobody vouches for - is not handed over, and waits", async () => {
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
    await attempt.signUp(client, freshEmail());
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
