import { describe, expect, it } from "vitest";
import { TestGateway } from "../support/gateway.js";
import { beginSignUp, uniqueEmail } from "../support/people.js";

describe("outages of the mail server", () => {
  it("F-07 mail - server down, then up - the first success makes the waiting mails due, without waiting for their next attempts", async () => {
    const alone = await TestGateway.start();
    const { mails, clock, gateway: running } = alone;
    const failedTwice = "SELECT id FROM outbox_messages WHERE attempts = 2 AND status = 'PENDING'";
    try {
      const application = await alone.createApplication("Outage");
      mails.behaviour = "drop";
      const people = Array.from({ length: 20 }, () => uniqueEmail("waiting"));
      const signUp = (email: string) => beginSignUp(application.client.with({ address: undefined }), email);
      await Promise.all(people.map(signUp));
      await expect.poll(() => alone.query("SELECT id FROM outbox_messages WHERE attempts = 1"), { timeout: 20_000 }).toHaveLength(20);
      clock.move({ seconds: 6 });
      running.dispatcher.wake();
      await expect.poll(() => alone.query(failedTwice), { timeout: 20_000 }).toHaveLength(20);
      mails.behaviour = "accept";
      await clock.whileFrozen(async () => {
        await signUp(uniqueEmail("first"));
        for (const email of people) await mails.next(email);
      });
      expect(people.map((email) => mails.countTo(email))).toEqual(people.map(() => 1));
    } finally {
      await alone.stop();
    }
  });

  it("F-07 mail - rejected by the server - keeps its wait when other mails are delivered after an outage", async () => {
    const alone = await TestGateway.start();
    const { mails } = alone;
    try {
      const application = await alone.createApplication("Rejected");
      const signUp = (email: string) => beginSignUp(application.client.with({ address: undefined }), email);
      await alone.clock.whileFrozen(async () => {
        mails.behaviour = "refuse-temporarily";
        const rejected = uniqueEmail("rejected");
        await signUp(rejected);
        const failures = (failure: string) => alone.query("SELECT id FROM outbox_messages WHERE last_failure LIKE ?", [failure]);
        await expect.poll(() => failures("EENVELOPE%"), { timeout: 10_000 }).toHaveLength(1);
        mails.behaviour = "drop";
        const interrupted = uniqueEmail("interrupted");
        await signUp(interrupted);
        await expect.poll(() => alone.query("SELECT id FROM outbox_messages WHERE attempts = 1"), { timeout: 10_000 }).toHaveLength(2);
        mails.behaviour = "accept";
        await signUp(uniqueEmail("first"));
        await mails.next(interrupted);
        expect(await failures("EENVELOPE 451")).toHaveLength(1);
        expect(mails.countTo(rejected)).toBe(0);
      });
    } finally {
      await alone.stop();
    }
  });
});
