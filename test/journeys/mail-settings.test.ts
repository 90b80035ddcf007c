import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { MailServer } from "../support/mail-server.js";
import { beginSignUp, freshEmail, signUpPerson } from "../support/people.js";

const PASSWORD_OF_SERVER = "never-to-be-seen-again";
const withCredentials = (url: string) => url.replace("smtp://", `smtp://mailer:${PASSWORD_OF_SERVER}@`);

let gateway: TestGateway;
let own: MailServer;
let second: MailServer;
let neverUsed: MailServer;
beforeAll(async () => {
  [own, second, neverUsed] = await Promise.all([MailServer.start(), MailServer.start(), MailServer.start()]);
  const allowed = [own, second].map(({ url }) => new URL(url).host);
  const shouting = `LOCALHOST:${new URL(neverUsed.url).port}`;
  gateway = await TestGateway.start({ environment: { OUTBOUND_ALLOW: [...allowed, shouting].join(",") } });
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([own, second, neverUsed].map((server) => server.stop()));
});

const ownServer = (server: MailServer, from = "hello@app.example") => [`mail.smtpUrl=${server.url}`, `mail.from=${from}`];
/** The next mail a sign-up brings to this server. */
async function mailTo(server: MailServer, { client }: TestApplication) {
  const email = freshEmail();
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
  it("sign up - an application with a server of its own - mails go there, from and answered to its own addresses", async () => {
    const application = await gateway.createApplication("Own", ...ownServer(own), "mail.replyTo=help@app.example");
    const mail = await mailTo(own, application);
    expect(mail.raw).toMatch(/^From: "?Own"? <hello@app\.example>/m);
    expect(mail.raw).toMatch(/^Reply-To: <?help@app\.example>?/m);
    expect(mail.messageId).toMatch(/@app\.example>$/);
    expect(gateway.mails.countTo(mail.to)).toBe(0);
    const other = await mailTo(gateway.mails, await gateway.createApplication("Other"));
    expect(other.raw).toMatch(/<gateway@latchkey\.example>/);
    expect(other.raw).not.toMatch(/^Reply-To/m);
  });

  it("settings - another server, then none - the next mails go there, then to the gateway's again", async () => {
    const application = await gateway.createApplication("Moving", ...ownServer(own));
    await mailTo(own, application);
    await gateway.configure(application.id, `mail.smtpUrl=${second.url}`);
    expect((await mailTo(second, application)).raw).toMatch(/<hello@app\.example>/);
    await gateway.configure(application.id, "mail.smtpUrl=", "mail.from=");
    expect((await mailTo(gateway.mails, application)).raw).toMatch(/<gateway@latchkey\.example>/);
  });

  it("settings - the gateway's server and answers of one's own - Reply-To is set, the sender is not", async () => {
    const application = await gateway.createApplication("Answered", "mail.replyTo=help@app.example");
    const { raw } = await mailTo(gateway.mails, application);
    expect(raw).toMatch(/^Reply-To: <?help@app\.example>?/m);
    expect(raw).toMatch(/<gateway@latchkey\.example>/);
  });

  it("server - with a password - is in no table, log or answer, and gone with the application", async () => {
    const application = await gateway.createApplication("Secret", `mail.smtpUrl=${withCredentials(own.url)}`, "mail.from=a@app.example");
    expect((await gateway.nouns.applicationRegistry.find(application.id))?.settings.mail).toEqual({
      smtpUrl: true,
      from: "a@app.example",
      replyTo: "",
    });
    expect(await gateway.nouns.applicationSecrets.open(application.id, "mail.smtpUrl")).toBe(withCredentials(own.url));
    await mailTo(own, application);
    expect(await gateway.dump()).not.toContain(PASSWORD_OF_SERVER);
    expect(gateway.logs.join("")).not.toContain(PASSWORD_OF_SERVER);
    const { ApplicationLifecycle } = await import("../../src/management/index.js");
    await new ApplicationLifecycle(gateway.nouns).delete(application.id);
    expect(await gateway.query("SELECT name FROM application_secrets WHERE application_id = ?", [application.id])).toEqual([]);
  });

  it("server - beyond this machine and without TLS - gets no mail in the clear", async () => {
    const { port } = new URL(neverUsed.url);
    // Another word for this machine: what the rules do not know as loopback counts as far away.
    const application = await gateway.createApplication("Clear", `mail.smtpUrl=smtp://LOCALHOST:${port}`, "mail.from=a@app.example");
    await beginSignUp(application.client, freshEmail());
    expect(await failureOf(application)).toMatchObject({ status: "PENDING", last_failure: expect.stringMatching(/^ETLS/) });
    expect(neverUsed.offered).toBe(0);
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
  ])("settings - %j - is refused without repeating a secret", async (assignment) => {
    const application = await gateway.createApplication("Refusing");
    const refusal = await gateway.configure(application.id, assignment).catch((error: Error) => error.message);
    expect(refusal).toMatch(/^mail\.(smtpUrl|from|replyTo): must be/);
    expect(refusal).not.toMatch(/secret-of-theirs|passwd/);
  });

  it.each([
    ["a server without a sender", ["mail.smtpUrl=smtps://mail.example"]],
    ["a sender without a server", ["mail.from=a@app.example"]],
  ])("settings - %s - is refused: strangers' senders do not leave by the gateway's server", async (_, assignments) => {
    const application = await gateway.createApplication("Half");
    await expect(gateway.configure(application.id, ...assignments)).rejects.toThrow(/^mail\.from: an own server needs an own sender/);
  });
});

describe("own mail server that does not work", () => {
  it("server that stalls - with a heap of mails - takes two connections of its own, and delays nobody else's (TN-18)", async () => {
    const stalling = await gateway.createApplication("Stalling", ...ownServer(second, "stall@app.example"));
    second.temper = "stall";
    const offered = second.offered;
    const people = Array.from({ length: 24 }, () => freshEmail("stalled-"));
    await Promise.all(people.map((email) => beginSignUp(stalling.client.with({ address: undefined }), email)));
    await second.until(() => second.offered >= offered + 2, "two mails to be offered");
    const working = await gateway.createApplication("Working", ...ownServer(own));
    const plain = await gateway.createApplication("Plain");
    const started = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => Promise.all([mailTo(own, working), signUpPerson(gateway, plain)])));
    expect(performance.now() - started).toBeLessThan(12_000);
    expect(second.offered).toBe(offered + 2);
    second.temper = "drop";
    await mailTo(own, working);
    await gateway.configure(stalling.id, "general.status=SUSPENDED");
  });

  it("server that refuses - the message - is told to nobody but the record", async () => {
    const application = await gateway.createApplication("Refused", ...ownServer(own));
    own.temper = "refuse-for-good";
    await beginSignUp(application.client, freshEmail());
    await expect
      .poll(() => gateway.query("SELECT status, last_failure FROM outbox_messages WHERE application_id = ?", [application.id]), {
        timeout: 10_000,
      })
      .toEqual([{ status: "FAILED", last_failure: "EENVELOPE 550" }]);
    own.temper = "accept";
  });
});
