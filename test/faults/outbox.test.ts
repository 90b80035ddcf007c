import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { CompleteSignUpDocument, ResendSignUpCodeDocument, SignUpDocument } from "../support/generated/authentication.js";
import { beginSignUp, PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";

interface Message {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
  readonly payload_sealed: string | null;
  readonly last_failure: string | null;
  readonly next_attempt_at: string | Date;
  readonly expires_at: string | Date;
  readonly finished_at: string | Date | null;
}

let gateway: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  gateway = await TestGateway.start();
  other = await TestGateway.start({ shareDatabaseOf: gateway });
});
afterAll(async () => {
  await other.stop();
  await gateway.stop();
});
beforeEach(() => {
  gateway.mails.behaviour = "accept";
});

const messagesOf = async ({ id }: TestApplication) =>
  await gateway.query<Message>("SELECT * FROM outbox_messages WHERE application_id = ? ORDER BY created_at, id", [id]);
const wakeDispatchers = () => {
  for (const { gateway: running } of [gateway, other]) running.dispatcher.wake();
};
/** The application's messages as soon as they are like this. */
async function waitForMessages(
  application: TestApplication,
  predicate: (messages: readonly Message[]) => boolean,
): Promise<readonly Message[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    wakeDispatchers();
    const messages = await messagesOf(application);
    if (predicate(messages)) return messages;
    if (Date.now() > deadline)
      throw new Error(
        `Waited in vain; messages: ${JSON.stringify(messages.map(({ status, attempts, last_failure }) => ({ status, attempts, last_failure })))}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const finished = (messages: readonly Message[]) => messages.length > 0 && messages.every(({ status }) => status !== "PENDING");
const attempted = (times: number) => (messages: readonly Message[]) => messages[0]?.attempts === times;
const secondsBetween = (from: string | Date, until: string | Date) => (instantOf(until) - instantOf(from)) / 1000;
/** SQLite gives instants as text in UTC. */
const instantOf = (value: string | Date) => (value instanceof Date ? value : new Date(`${value.replace(" ", "T")}Z`)).getTime();
const complete = async ({ client }: TestApplication, email: string, ticket: string) =>
  (await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code: await gateway.mails.nextCode(email), ticket } }))
    .completeSignUp;

describe("temporary failures of the mail server", () => {
  it("mail - rejected with 4xx twice - is retried after 5, then 30 seconds, arrives once with its Message-ID, payload erased", async () => {
    const application = await gateway.createApplication("Refused");
    gateway.mails.behaviour = "refuse-temporarily";
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    for (const [attempts, seconds] of [
      [1, 5],
      [2, 30],
    ] as const) {
      const [message] = await waitForMessages(application, attempted(attempts));
      expect(message).toMatchObject({ status: "PENDING", last_failure: expect.stringMatching(/^EENVELOPE 451$/) });
      const wait = secondsBetween(gateway.clock.now(), message?.next_attempt_at ?? "");
      expect(wait).toBeGreaterThan(seconds - 5);
      expect(wait).toBeLessThanOrEqual(seconds);
      if (attempts === 2) gateway.mails.behaviour = "accept";
      gateway.clock.move({ seconds });
    }
    const [message] = await waitForMessages(application, finished);
    expect(message).toMatchObject({ status: "DELIVERED", payload_sealed: null, last_failure: null });
    expect(gateway.mails.countTo(email)).toBe(1);
    expect(gateway.mails.received.find(({ to }) => to === email)?.messageId).toBe(`<${message?.id}@latchkey.example>`);
    expect(await complete(application, email, ticket)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("mail - rejected repeatedly - fails permanently after seven attempts, payload kept for a retry, error logged", async () => {
    const application = await gateway.createApplication("Failed delivery", "signUp.codeMinutes=1440");
    gateway.mails.behaviour = "refuse-temporarily";
    await beginSignUp(application.client, uniqueEmail());
    const waits: number[] = [];
    for (let attempts = 1; attempts <= 6; attempts++) {
      const [message] = await waitForMessages(application, attempted(attempts));
      waits.push(Math.ceil(secondsBetween(gateway.clock.now(), message?.next_attempt_at ?? "") / 5) * 5);
      gateway.clock.move({ seconds: waits.at(-1) ?? 0 });
    }
    expect(waits).toEqual([5, 30, 120, 300, 600, 1200]);
    const [message] = await waitForMessages(application, finished);
    expect(message).toMatchObject({ status: "FAILED", payload_sealed: expect.any(String), last_failure: "EENVELOPE 451" });
    const given = await Promise.any(
      [gateway, other].map((each) => each.waitForLog(message?.id ?? "?", "message delivery failed permanently")),
    );
    expect(given).toMatchObject({ level: 50, failure: "EENVELOPE 451" });
  });

  it("mail - rejected until its code has expired - is never sent, payload erased", async () => {
    const application = await gateway.createApplication("Expired", "signUp.codeMinutes=1");
    gateway.mails.behaviour = "refuse-temporarily";
    const email = uniqueEmail();
    await beginSignUp(application.client, email);
    const [waiting] = await waitForMessages(application, attempted(1));
    expect(waiting?.status).toBe("PENDING");
    gateway.clock.move({ seconds: 61 });
    gateway.mails.behaviour = "accept";
    const [message] = await waitForMessages(application, finished);
    expect(message).toMatchObject({ status: "EXPIRED", payload_sealed: null });
    expect(gateway.mails.countTo(email)).toBe(0);
  });

  it("mail - next attempt due after the code's expiry - fails immediately", async () => {
    const application = await gateway.createApplication("Late", "signUp.codeMinutes=1");
    gateway.mails.behaviour = "refuse-temporarily";
    await beginSignUp(application.client, uniqueEmail());
    await waitForMessages(application, attempted(1));
    gateway.clock.move({ seconds: 5 });
    await waitForMessages(application, attempted(2));
    gateway.clock.move({ seconds: 30 });
    const [message] = await waitForMessages(application, finished);
    expect(message?.status).toBe("EXPIRED");
    expect(secondsBetween(message?.finished_at ?? "", message?.expires_at ?? "")).toBeGreaterThan(0);
  });

  it("mail - newer code while the older mail is pending - only the newer mail is sent, and its code works", async () => {
    const application = await gateway.createApplication("Replaced");
    gateway.mails.behaviour = "refuse-temporarily";
    const email = uniqueEmail();
    const ticket = await beginSignUp(application.client, email);
    await waitForMessages(application, attempted(1));
    gateway.clock.move({ seconds: 61 });
    await waitForMessages(application, attempted(2));
    await application.client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } });
    await waitForMessages(application, ([, newer]) => newer?.attempts === 1);
    gateway.mails.behaviour = "accept";
    gateway.clock.move({ seconds: 31 });
    const messages = await waitForMessages(application, finished);
    expect(messages.map(({ status, payload_sealed }) => [status, payload_sealed])).toEqual([
      ["REPLACED", null],
      ["DELIVERED", null],
    ]);
    expect(gateway.mails.countTo(email)).toBe(1);
    expect(await complete(application, email, ticket)).toMatchObject({ __typename: "LoggedIn" });
  });
});

describe("permanent failures of the mail server", () => {
  it("mail - rejected with 5xx - fails immediately and is not retried; the caller cannot tell", async () => {
    const application = await gateway.createApplication("No mailbox");
    const run = () =>
      application.client
        .with({ address: undefined })
        .run(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    const before = await run();
    await waitForMessages(application, finished);
    gateway.mails.behaviour = "refuse-permanently";
    const answer = await run();
    expect([answer.status, answer.text.length]).toEqual([before.status, before.text.length]);
    const messages = await waitForMessages(application, (all) => all.length === 2 && finished(all));
    expect(messages.find(({ status }) => status !== "DELIVERED")).toMatchObject({
      status: "FAILED",
      attempts: 0,
      payload_sealed: expect.any(String),
      last_failure: "EENVELOPE 550",
    });
  });
});

describe("interrupted connections to the mail server", () => {
  it("mail - connection lost after DATA - is sent again with the same Message-ID", async () => {
    const application = await gateway.createApplication("Dropped");
    gateway.mails.behaviour = "drop";
    const offered = gateway.mails.deliveryAttempts;
    const email = uniqueEmail();
    await beginSignUp(application.client, email);
    const [dropped] = await waitForMessages(application, attempted(1));
    expect([gateway.mails.deliveryAttempts - offered, gateway.mails.countTo(email), dropped?.status]).toEqual([1, 0, "PENDING"]);
    gateway.mails.behaviour = "accept";
    gateway.clock.move({ seconds: 5 });
    const [message] = await waitForMessages(application, finished);
    expect(message).toMatchObject({ id: dropped?.id, status: "DELIVERED", payload_sealed: null });
    expect(gateway.mails.received.filter(({ to }) => to === email).map(({ messageId }) => messageId)).toEqual([
      `<${dropped?.id}@latchkey.example>`,
    ]);
  });

  it("mail - server stalls after DATA - sign-ups are answered, other mails are sent, the stalled mail is retried", async () => {
    const alone = await TestGateway.start();
    const { mails, clock } = alone;
    try {
      const application = await alone.createApplication("Stalled");
      mails.behaviour = "stall";
      const stalled = uniqueEmail("stalled");
      await beginSignUp(application.client, stalled);
      await mails.waitUntil(() => mails.deliveryAttempts === 1, "the mail to be offered");
      mails.behaviour = "accept";
      const people = Array.from({ length: 8 }, () => uniqueEmail());
      const started = performance.now();
      await Promise.all(people.map((email) => beginSignUp(application.client.with({ address: undefined }), email)));
      expect(performance.now() - started).toBeLessThan(5000);
      await Promise.all(people.map((email) => mails.nextCode(email)));
      expect(mails.countTo(stalled)).toBe(0);
      // The server drops all of its connections, the stalled one too.
      mails.behaviour = "drop";
      await beginSignUp(application.client.with({ address: undefined }), uniqueEmail());
      const count = async (condition: string) =>
        Number((await alone.query<{ n: number }>(`SELECT COUNT(*) AS n FROM outbox_messages WHERE ${condition}`))[0]?.n);
      await expect.poll(() => count("status = 'PENDING' AND attempts = 1"), { timeout: 10_000 }).toBe(2);
      mails.behaviour = "accept";
      clock.move({ seconds: 5 });
      await mails.next(stalled);
      await expect.poll(() => count("status = 'DELIVERED'"), { timeout: 10_000 }).toBe(10);
      expect(mails.countTo(stalled)).toBe(1);
    } finally {
      await alone.stop();
    }
  });

  it("sign up - mail server unreachable - known and unknown addresses get equal, immediate answers", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const cutOff = await TestGateway.start({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    try {
      const application = await cutOff.createApplication("Cut off");
      const open = await cutOff.createApplication("Open", "signUp.flow=NONE");
      const known = uniqueEmail();
      await open.client.expect(SignUpDocument, { input: { handle: { email: known }, password: PASSWORD } });
      await cutOff.configure(open.id, "signUp.flow=CODE");
      const started = performance.now();
      const answers = await Promise.all(
        [open.client, application.client].map((client) =>
          client.run(SignUpDocument, { input: { handle: { email: known }, password: PASSWORD } }),
        ),
      );
      expect(performance.now() - started).toBeLessThan(5000);
      expect(answers.map(({ data }) => data?.signUp.__typename)).toEqual(["ConfirmationSent", "ConfirmationSent"]);
      expect(answers[0]?.text.length).toBe(answers[1]?.text.length);
      await expect
        .poll(
          () =>
            cutOff.query(
              "SELECT id FROM outbox_messages WHERE attempts = 1 AND last_failure LIKE 'ESOCKET%' OR last_failure LIKE 'ECONN%'",
            ),
          { timeout: 10_000 },
        )
        .toHaveLength(2);
    } finally {
      await cutOff.stop();
    }
  });
});

describe("two instances", () => {
  it("mails - both instances dispatching - each mail is sent once", async () => {
    const application = await gateway.createApplication("Shared");
    const people = Array.from({ length: 20 }, () => uniqueEmail());
    await Promise.all(
      people.map((email, index) =>
        beginSignUp(application.client.with({ address: undefined, baseUrl: [gateway, other][index % 2]?.url ?? "" }), email),
      ),
    );
    await waitForMessages(application, (messages) => messages.length === 20 && finished(messages));
    expect(people.map((email) => gateway.mails.countTo(email))).toEqual(people.map(() => 1));
    const senders = [gateway, other].map(({ logs }) => logs.filter((line) => line.includes("message delivered")).length);
    expect(Math.min(...senders)).toBeGreaterThan(0);
  });

  it("outbox row - after delivery - keeps the template and masked recipient, but no payload", async () => {
    const application = await gateway.createApplication("Recorded");
    const { email } = await signUpPerson(gateway, application);
    const [message] = await waitForMessages(application, finished);
    expect(message).toMatchObject({
      template: "signUpCode",
      recipient_masked: `p***@${email.split("@")[1]}`,
      payload_sealed: null,
      lease_owner: null,
    });
  });
});
