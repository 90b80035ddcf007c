import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { CompleteSignUpDocument, ResendSignUpCodeDocument, SignUpDocument } from "../support/generated/authentication.js";
import { beginSignUp, freshEmail, PASSWORD, signUpPerson } from "../support/people.js";

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
  other = await TestGateway.start({ beside: gateway });
});
afterAll(async () => {
  await other.stop();
  await gateway.stop();
});
beforeEach(() => {
  gateway.mails.temper = "accept";
});

const messagesOf = async ({ id }: TestApplication) =>
  await gateway.query<Message>("SELECT * FROM outbox_messages WHERE application_id = ? ORDER BY created_at, id", [id]);
const wake = () => {
  for (const { gateway: running } of [gateway, other]) running.dispatcher.wake();
};
/** The application's messages as soon as they are like this. */
async function messagesWhen(application: TestApplication, isSo: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    wake();
    const messages = await messagesOf(application);
    if (isSo(messages)) return messages;
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

describe("server that refuses for now", () => {
  it("mail - refused with 4xx twice - waits 5, then 30 seconds, arrives once with its Message-ID, payload erased", async () => {
    const application = await gateway.createApplication("Refused");
    gateway.mails.temper = "refuse";
    const email = freshEmail();
    const ticket = await beginSignUp(application.client, email);
    for (const [attempts, seconds] of [
      [1, 5],
      [2, 30],
    ] as const) {
      const [message] = await messagesWhen(application, attempted(attempts));
      expect(message).toMatchObject({ status: "PENDING", last_failure: expect.stringMatching(/^EENVELOPE 451$/) });
      const wait = secondsBetween(gateway.clock.now(), message?.next_attempt_at ?? "");
      expect(wait).toBeGreaterThan(seconds - 5);
      expect(wait).toBeLessThanOrEqual(seconds);
      if (attempts === 2) gateway.mails.temper = "accept";
      gateway.clock.move({ seconds });
    }
    const [message] = await messagesWhen(application, finished);
    expect(message).toMatchObject({ status: "DELIVERED", payload_sealed: null, last_failure: null });
    expect(gateway.mails.countTo(email)).toBe(1);
    expect(gateway.mails.received.find(({ to }) => to === email)?.messageId).toBe(`<${message?.id}@latchkey.example>`);
    expect(await complete(application, email, ticket)).toMatchObject({ __typename: "LoggedIn" });
  });

  it("mail - refused again and again - is given up after seven attempts, payload erased, an error in the log", async () => {
    const application = await gateway.createApplication("Given up", "signUp.codeMinutes=1440");
    gateway.mails.temper = "refuse";
    await beginSignUp(application.client, freshEmail());
    const waits: number[] = [];
    for (let attempts = 1; attempts <= 6; attempts++) {
      const [message] = await messagesWhen(application, attempted(attempts));
      waits.push(Math.ceil(secondsBetween(gateway.clock.now(), message?.next_attempt_at ?? "") / 5) * 5);
      gateway.clock.move({ seconds: waits.at(-1) ?? 0 });
    }
    expect(waits).toEqual([5, 30, 120, 300, 600, 1200]);
    const [message] = await messagesWhen(application, finished);
    expect(message).toMatchObject({ status: "EXPIRED", payload_sealed: null, last_failure: "EENVELOPE 451" });
    const given = await Promise.any([gateway, other].map((each) => each.logged(message?.id ?? "?", "message given up")));
    expect(given).toMatchObject({ level: 50, failure: "EENVELOPE 451" });
  });

  it("mail - refused until its code has expired - never leaves, payload erased", async () => {
    const application = await gateway.createApplication("Expired", "signUp.codeMinutes=1");
    gateway.mails.temper = "refuse";
    const email = freshEmail();
    await beginSignUp(application.client, email);
    const [waiting] = await messagesWhen(application, attempted(1));
    expect(waiting?.status).toBe("PENDING");
    gateway.clock.move({ seconds: 61 });
    gateway.mails.temper = "accept";
    const [message] = await messagesWhen(application, finished);
    expect(message).toMatchObject({ status: "EXPIRED", payload_sealed: null });
    expect(gateway.mails.countTo(email)).toBe(0);
  });

  it("mail - next attempt would come after the code's expiry - is given up now", async () => {
    const application = await gateway.createApplication("Late", "signUp.codeMinutes=1");
    gateway.mails.temper = "refuse";
    await beginSignUp(application.client, freshEmail());
    await messagesWhen(application, attempted(1));
    gateway.clock.move({ seconds: 5 });
    await messagesWhen(application, attempted(2));
    gateway.clock.move({ seconds: 30 });
    const [message] = await messagesWhen(application, finished);
    expect(message?.status).toBe("EXPIRED");
    expect(secondsBetween(message?.finished_at ?? "", message?.expires_at ?? "")).toBeGreaterThan(0);
  });

  it("mail - newer code while the older waits - only the newer leaves, and it works", async () => {
    const application = await gateway.createApplication("Replaced");
    gateway.mails.temper = "refuse";
    const email = freshEmail();
    const ticket = await beginSignUp(application.client, email);
    await messagesWhen(application, attempted(1));
    gateway.clock.move({ seconds: 61 });
    await messagesWhen(application, attempted(2));
    await application.client.expect(ResendSignUpCodeDocument, { input: { handle: { email } } });
    await messagesWhen(application, ([, newer]) => newer?.attempts === 1);
    gateway.mails.temper = "accept";
    gateway.clock.move({ seconds: 31 });
    const messages = await messagesWhen(application, finished);
    expect(messages.map(({ status, payload_sealed }) => [status, payload_sealed])).toEqual([
      ["REPLACED", null],
      ["DELIVERED", null],
    ]);
    expect(gateway.mails.countTo(email)).toBe(1);
    expect(await complete(application, email, ticket)).toMatchObject({ __typename: "LoggedIn" });
  });
});

describe("server that refuses for good", () => {
  it("mail - refused with 5xx - is given up at once and not tried again; the caller cannot tell", async () => {
    const application = await gateway.createApplication("No mailbox");
    const run = () =>
      application.client
        .with({ address: undefined })
        .run(SignUpDocument, { input: { handle: { email: freshEmail() }, password: PASSWORD } });
    const before = await run();
    await messagesWhen(application, finished);
    gateway.mails.temper = "refuse-for-good";
    const answer = await run();
    expect([answer.status, answer.text.length]).toEqual([before.status, before.text.length]);
    const messages = await messagesWhen(application, (all) => all.length === 2 && finished(all));
    expect(messages.find(({ status }) => status !== "DELIVERED")).toMatchObject({
      status: "FAILED",
      attempts: 0,
      payload_sealed: null,
      last_failure: "EENVELOPE 550",
    });
  });
});

describe("server that breaks off", () => {
  it("mail - connection lost after the data - is sent again with the same Message-ID", async () => {
    const application = await gateway.createApplication("Dropped");
    gateway.mails.temper = "drop";
    const offered = gateway.mails.offered;
    const email = freshEmail();
    await beginSignUp(application.client, email);
    const [dropped] = await messagesWhen(application, attempted(1));
    expect([gateway.mails.offered - offered, gateway.mails.countTo(email), dropped?.status]).toEqual([1, 0, "PENDING"]);
    gateway.mails.temper = "accept";
    gateway.clock.move({ seconds: 5 });
    const [message] = await messagesWhen(application, finished);
    expect(message).toMatchObject({ id: dropped?.id, status: "DELIVERED", payload_sealed: null });
    expect(gateway.mails.received.filter(({ to }) => to === email).map(({ messageId }) => messageId)).toEqual([
      `<${dropped?.id}@latchkey.example>`,
    ]);
  });

  it("mail - server stalls after the data - sign-ups are answered meanwhile, other mails leave, the stalled one follows", async () => {
    const alone = await TestGateway.start();
    const { mails, clock } = alone;
    try {
      const application = await alone.createApplication("Stalled");
      mails.temper = "stall";
      const stalled = freshEmail("stalled");
      await beginSignUp(application.client, stalled);
      await mails.until(() => mails.offered === 1, "the mail to be offered");
      mails.temper = "accept";
      const people = Array.from({ length: 8 }, () => freshEmail());
      const started = performance.now();
      await Promise.all(people.map((email) => beginSignUp(application.client.with({ address: undefined }), email)));
      expect(performance.now() - started).toBeLessThan(5000);
      await Promise.all(people.map((email) => mails.nextCode(email)));
      expect(mails.countTo(stalled)).toBe(0);
      // The server drops all of its connections, the stalled one too.
      mails.temper = "drop";
      await beginSignUp(application.client.with({ address: undefined }), freshEmail());
      const count = async (condition: string) =>
        Number((await alone.query<{ n: number }>(`SELECT COUNT(*) AS n FROM outbox_messages WHERE ${condition}`))[0]?.n);
      await expect.poll(() => count("status = 'PENDING' AND attempts = 1"), { timeout: 10_000 }).toBe(2);
      mails.temper = "accept";
      clock.move({ seconds: 5 });
      await mails.next(stalled);
      await expect.poll(() => count("status = 'DELIVERED'"), { timeout: 10_000 }).toBe(10);
      expect(mails.countTo(stalled)).toBe(1);
    } finally {
      await alone.stop();
    }
  });

  it("sign up - no mail server at all - known and unknown addresses are answered alike and at once", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const { port } = closed.address() as { port: number };
    await new Promise<void>((resolve) => closed.close(() => resolve()));
    const cutOff = await TestGateway.start({ environment: { SMTP_URL: `smtp://127.0.0.1:${port}` } });
    try {
      const application = await cutOff.createApplication("Cut off");
      const open = await cutOff.createApplication("Open", "signUp.flow=NONE");
      const known = freshEmail();
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
  it("mails - both instances awake - each leaves once", async () => {
    const application = await gateway.createApplication("Shared");
    const people = Array.from({ length: 20 }, () => freshEmail());
    await Promise.all(
      people.map((email, index) =>
        beginSignUp(application.client.with({ address: undefined, baseUrl: [gateway, other][index % 2]?.url ?? "" }), email),
      ),
    );
    await messagesWhen(application, (messages) => messages.length === 20 && finished(messages));
    expect(people.map((email) => gateway.mails.countTo(email))).toEqual(people.map(() => 1));
    const senders = [gateway, other].map(({ logs }) => logs.filter((line) => line.includes("message delivered")).length);
    expect(Math.min(...senders)).toBeGreaterThan(0);
  });

  it("record - after delivery - names template and masked recipient, and opens to nothing", async () => {
    const application = await gateway.createApplication("Recorded");
    const { email } = await signUpPerson(gateway, application);
    const [message] = await messagesWhen(application, finished);
    expect(message).toMatchObject({
      template: "signUpCode",
      recipient_masked: `p***@${email.split("@")[1]}`,
      payload_sealed: null,
      lease_owner: null,
    });
  });
});
