import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { MailServer } from "../support/mail-server.js";
import { beginSignUp, signUpPerson, uniqueEmail } from "../support/people.js";

const PASSWORD_OF_SERVER = "never-to-be-seen-again";
const withCredentials = (url: string) => url.replace("smtp://", `smtp://mailer:${PASSWORD_OF_SERVER}@`);

let gateway: TestGateway;
let firstServer: MailServer;
let secondServer: MailServer;
let unusedServer: MailServer;
beforeAll(async () => {
  [firstServer, secondServer, unusedServer] = await Promise.all([MailServer.start(), MailServer.start(), MailServer.start()]);
  const allowed = [firstServer, secondServer].map(({ url }) => new URL(url).host);
  const shouting = `LOCALHOST:${new URL(unusedServer.url).port}`;
  gateway = await TestGateway.start({ environment: { OUTBOUND_ALLOW: [...allowed, shouting].join(",") } });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([firstServer, secondServer, unusedServer].map((server) => server.stop()));
});

const ownServerSettings = (server: MailServer, from = "hello@app.example") => [`mail.smtpUrl=${server.url}`, `mail.from=${from}`];
/** The next mail a sign-up brings to this server. */
async function mailTo(server: MailServer, { client }: TestApplication) {
  const email = uniqueEmail();
  await beginSignUp(client, email);
  return await server.next(email);
}
const failureOf = async ({ id }: TestApplication) => {
  const sql = "SELECT status, attempts, last_failure FROM outbox_messages WHERE application_id = ?";
  const rows = () => gateway.query<{ status: string; attempts: number; last_failure: string }>(sql, [id]);
  await expect.poll(async () => (await rows())[0]?.attempts, { timeout: 20_000 }).toBeGreaterThan(0);
  return (await rows())[0];
};

describe("own mail server", () => {
  it("sign up - application with its own mail server - mails are sent there, with its sender and Reply-To", async () => {
    const application = await gateway.createApplication("Own", ...ownServerSettings(firstServer), "mail.replyTo=help@app.example");
    const mail = await mailTo(firstServer, application);
    expect(mail.raw).toMatch(/^From: "?Own"? <hello@app\.example>/m);
    expect(mail.raw).toMatch(/^Reply-To: <?help@app\.example>?/m);
    expect(mail.messageId).toMatch(/@app\.example>$/);
    expect(gateway.mails.countTo(mail.to)).toBe(0);
    const other = await mailTo(gateway.mails, await gateway.createApplication("Other"));
    expect(other.raw).toMatch(/<gateway@latchkey\.example>/);
    expect(other.raw).not.toMatch(/^Reply-To/m);
  });

  it("settings - another server, then none - the next mails use it, then the gateway's server again", async () => {
    const application = await gateway.createApplication("Moving", ...ownServerSettings(firstServer));
    await mailTo(firstServer, application);
    await gateway.configure(application.id, `mail.smtpUrl=${secondServer.url}`);
    expect((await mailTo(secondServer, application)).raw).toMatch(/<hello@app\.example>/);
    await gateway.configure(application.id, "mail.smtpUrl=", "mail.from=");
    expect((await mailTo(gateway.mails, application)).raw).toMatch(/<gateway@latchkey\.example>/);
  });

  it("settings - the gateway's server and an own Reply-To - Reply-To is set, the sender is not", async () => {
    const application = await gateway.createApplication("Answered", "mail.replyTo=help@app.example");
    const { raw } = await mailTo(gateway.mails, application);
    expect(raw).toMatch(/^Reply-To: <?help@app\.example>?/m);
    expect(raw).toMatch(/<gateway@latchkey\.example>/);
  });

  it("server - with a password - is in no table, log or answer, and deleted with the application", async () => {
    const application = await gateway.createApplication(
      "Secret",
      `mail.smtpUrl=${withCredentials(firstServer.url)}`,
      "mail.from=a@app.example",
    );
    expect((await gateway.services.applicationRegistry.find(application.id))?.settings.mail).toEqual({
      smtpUrl: true,
      from: "a@app.example",
      replyTo: "",
    });
    expect(await gateway.services.applicationSecrets.decrypt(application.id, "mail.smtpUrl")).toBe(withCredentials(firstServer.url));
    await mailTo(firstServer, application);
    expect(await gateway.dump()).not.toContain(PASSWORD_OF_SERVER);
    expect(gateway.logs.join("")).not.toContain(PASSWORD_OF_SERVER);
    const { ApplicationLifecycle } = await import("../../src/management/index.js");
    await new ApplicationLifecycle(gateway.services).delete(internalContext("OPERATOR"), application.id);
    expect(await gateway.query("SELECT name FROM application_secrets WHERE application_id = ?", [application.id])).toEqual([]);
  });

  it("server - remote and without TLS - gets no unencrypted mail", async () => {
    const { port } = new URL(unusedServer.url);
    // Another word for this machine: what the rules do not know as loopback counts as far away.
    const application = await gateway.createApplication("Clear", `mail.smtpUrl=smtp://LOCALHOST:${port}`, "mail.from=a@app.example");
    await beginSignUp(application.client, uniqueEmail());
    expect(await failureOf(application)).toMatchObject({ status: "PENDING", last_failure: expect.stringMatching(/^ETLS/) });
    expect(unusedServer.deliveryAttempts).toBe(0);
  });

  it.each([
    "mail.smtpUrl=http://mail.example",
    "mail.smtpUrl=file:///etc/passwd",
    "mail.smtpUrl=smtp://",
    "mail.smtpUrl=smtp://mail.example/path",
    "mail.smtpUrl=smtp://mail.example?x=secret-of-theirs",
    "mail.smtpUrl=smtp://a@b@mail.example",
    "mail.smtpUrl=smtp://user:%zz@mail.example",
    "mail.smtpUrl=smtp://mail.example:99999",
    "mail.smtpUrl=smtp://mail.example\r\nevil",
    "mail.smtpUrl=smtp://127.0.0.%31",
    "mail.smtpUrl=mail.example:25",
    "mail.from=not an address",
    "mail.from=a@b.example, c@d.example",
    "mail.from=<a@b.example>",
    "mail.replyTo=a@b.example\r\nBcc: c@d.example",
  ])("settings - %j - is rejected without repeating a secret", async (assignment) => {
    const application = await gateway.createApplication("Refusing");
    const failure = await gateway.configure(application.id, assignment).catch((error: Error) => error.message);
    expect(failure).toMatch(/^mail\.(smtpUrl|from|replyTo): must be/);
    expect(failure).not.toMatch(/secret-of-theirs|passwd/);
  });

  it.each([
    ["a server without a sender", ["mail.smtpUrl=smtps://mail.example"]],
    ["a sender without a server", ["mail.from=a@app.example"]],
  ])("settings - %s - is rejected: foreign senders must not use the gateway's server", async (_, assignments) => {
    const application = await gateway.createApplication("Half");
    await expect(gateway.configure(application.id, ...assignments)).rejects.toThrow(
      /^mail\.from: mail\.smtpUrl and mail\.from must both be set/,
    );
  });
});

describe("failing own mail server", () => {
  it("server that stalls - many mails - uses two connections, and delays no other application's mails (TN-18)", async () => {
    const stalling = await gateway.createApplication("Stalling", ...ownServerSettings(secondServer, "stall@app.example"));
    secondServer.behaviour = "stall";
    const offered = secondServer.deliveryAttempts;
    const people = Array.from({ length: 24 }, () => uniqueEmail("stalled-"));
    await Promise.all(people.map((email) => beginSignUp(stalling.client.with({ address: undefined }), email)));
    await secondServer.waitUntil(() => secondServer.deliveryAttempts >= offered + 2, "two mails to be offered");
    const working = await gateway.createApplication("Working", ...ownServerSettings(firstServer));
    const plain = await gateway.createApplication("Plain");
    const started = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => Promise.all([mailTo(firstServer, working), signUpPerson(gateway, plain)])));
    expect(performance.now() - started).toBeLessThan(12_000);
    expect(secondServer.deliveryAttempts).toBe(offered + 2);
    secondServer.behaviour = "drop";
    await mailTo(firstServer, working);
    await gateway.configure(stalling.id, "general.status=SUSPENDED");
  });

  it("server that rejects - the message - is reported in the delivery record only", async () => {
    const application = await gateway.createApplication("Refused", ...ownServerSettings(firstServer));
    firstServer.behaviour = "refuse-permanently";
    await beginSignUp(application.client, uniqueEmail());
    await expect
      .poll(() => gateway.query("SELECT status, last_failure FROM outbox_messages WHERE application_id = ?", [application.id]), {
        timeout: 10_000,
      })
      .toEqual([{ status: "FAILED", last_failure: "EENVELOPE 550" }]);
    firstServer.behaviour = "accept";
  });
});
