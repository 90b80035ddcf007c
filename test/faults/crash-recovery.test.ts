import { beforeAll, describe, expect, it } from "vitest";
import type { Client } from "../support/client.js";
import { CompleteSignUpDocument } from "../support/generated/authentication.js";
import { beginSignUp, logIn, requireLogIn, uniqueEmail } from "../support/people.js";
import { ensureBuilt, withGatewayRestarts } from "../support/process.js";

beforeAll(ensureBuilt, 200_000);

const complete = async (client: Client, email: string, code: string, ticket: string) =>
  (await client.expect(CompleteSignUpDocument, { input: { handle: { email }, code, ticket } })).completeSignUp;

type Restarts = Parameters<Parameters<typeof withGatewayRestarts>[0]>;

/** Completes a sign-up on a gateway that is killed at this fault point before it answers. */
async function killDuringCompletion([start, mails]: Restarts, faultPoint: string) {
  const first = await start({ FAULT_POINT: faultPoint });
  const email = uniqueEmail();
  const ticket = await beginSignUp(first.client, email);
  const code = await mails.nextCode(email);
  const lost = complete(first.client, email, code, ticket).then(
    () => "answered",
    () => "lost",
  );
  await first.waitForLog("paused at fault point");
  await first.kill();
  expect(await lost).toBe("lost");
  return { email, code, ticket };
}

// Each case starts the gateway twice, on machines that do more.
describe("crash recovery", { timeout: 300_000 }, () => {
  it.each([
    "outbox.before-claim",
    "outbox.before-send",
  ])("mail - F-02 killed at %s - the next start sends it once, and its code works", async (point) => {
    await withGatewayRestarts(async (start, mails) => {
      const first = await start({ FAULT_POINT: point });
      const email = uniqueEmail();
      const ticket = await beginSignUp(first.client, email);
      expect(await first.waitForLog("paused at fault point")).toMatchObject({ faultPoint: point });
      await first.kill();
      expect(mails.deliveryAttempts).toBe(0);
      const second = await start();
      await second.waitForLog("message delivered");
      const code = await mails.nextCode(email);
      expect(await complete(second.client, email, code, ticket)).toMatchObject({ __typename: "LoggedIn" });
      expect(mails.countTo(email)).toBe(1);
    });
  });

  it("mail - F-02 killed between sending and recording the delivery - may be sent twice, with the same Message-ID and code", async () => {
    await withGatewayRestarts(async (start, mails) => {
      const first = await start({ FAULT_POINT: "outbox.after-send" });
      const email = uniqueEmail();
      const ticket = await beginSignUp(first.client, email);
      const sent = await mails.next(email);
      await first.waitForLog("paused at fault point");
      await first.kill();
      const second = await start();
      await second.waitForLog("message delivered");
      const again = await mails.next(email);
      expect([again.messageId, again.text]).toEqual([sent.messageId, sent.text]);
      const code = /^(\d{6,10})$/m.exec(sent.text)?.[1] ?? "";
      expect(await complete(second.client, email, code, ticket)).toMatchObject({ __typename: "LoggedIn" });
    });
  });

  it("sign up - F-02 killed before the commit - the same code completes it after restart", async () => {
    await withGatewayRestarts(async (...restarts) => {
      const { email, code, ticket } = await killDuringCompletion(restarts, "sign-up.before-commit");
      const [start] = restarts;
      const client = (await start()).client;
      expect(await logIn(client, email)).toMatchObject({ __typename: "InvalidCredentials" });
      expect(await complete(client, email, code, ticket)).toMatchObject({ __typename: "LoggedIn" });
      await requireLogIn(client, email);
    });
  });

  it("RC-08 sign up - F-02 killed after the commit - the code is consumed, and the new user logs in", async () => {
    await withGatewayRestarts(async (...restarts) => {
      const { email, code, ticket } = await killDuringCompletion(restarts, "sign-up.after-commit");
      const [start] = restarts;
      const client = (await start()).client;
      expect(await complete(client, email, code, ticket)).toMatchObject({ __typename: "InvalidCode" });
      await requireLogIn(client, email);
    });
  });
});
