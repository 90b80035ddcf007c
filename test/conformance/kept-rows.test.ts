import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  ApplicationDocument,
  InviteDocument,
  MeDocument,
  RefreshSessionDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { freshEmail, PASSWORD, signUpPerson } from "../support/people.js";

let one: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  one = await TestGateway.start();
  other = await TestGateway.start({ beside: one });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

const nameOf = async ({ client }: TestApplication) => (await client.run(ApplicationDocument, {})).data?.application.name;
/** Longer than anything is kept. */
const wait = () => one.clock.move({ seconds: 1.1 });

describe("settings changed by this process", () => {
  it("change, suspension, deletion - the next request - sees them", async () => {
    const application = await one.createApplication("Before");
    expect(await nameOf(application)).toBe("Before");
    await one.configure(application.id, "general.name=After");
    expect(await nameOf(application)).toBe("After");
    await one.configure(application.id, "general.status=SUSPENDED");
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
    await one.configure(application.id, "general.status=ACTIVE");
    expect(await nameOf(application)).toBe("After");
    await new ApplicationLifecycle(one.nouns).delete(application.id);
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
  });
});

describe("settings changed by another process", () => {
  it("change - requests without a session - see it within a second", async () => {
    const application = await one.createApplication("Before");
    expect(await nameOf(application)).toBe("Before");
    await other.configure(application.id, "general.name=After");
    wait();
    expect(await nameOf(application)).toBe("After");
    await other.configure(application.id, "general.status=SUSPENDED");
    wait();
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
  });

  it("change - a request with a session - sees it at once, for the whole of the request", async () => {
    const application = await one.createApplication("Closing");
    const { client } = await signUpPerson(one, application);
    const invite = async () => (await client.expect(InviteDocument, { input: { handle: { email: freshEmail() } } })).invite.__typename;
    await one.clock.standStill(async () => {
      expect(await invite()).toBe("InvitationSent");
      await other.configure(application.id, "invitation.enabled=false");
      expect(await invite()).toBe("InvitationsClosed");
      await other.configure(application.id, "invitation.enabled=true");
      expect(await invite()).toBe("InvitationSent");
    });
  });

  it("suspension - sessions and refresh tokens of the application - end at once, and come back with it", async () => {
    const application = await one.createApplication("Closing down");
    const { client, tokens } = await signUpPerson(one, application);
    const refresh = async () =>
      (await application.client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })).refreshSession.__typename;
    await one.clock.standStill(async () => {
      expect((await client.expect(MeDocument, {})).me).not.toBeNull();
      await other.configure(application.id, "general.status=SUSPENDED");
      const answer = await client.run(MeDocument, {});
      expect([answer.data?.me ?? null, answer.errors?.[0]?.extensions?.["code"]]).toEqual([null, "UNAUTHENTICATED"]);
      expect(await refresh()).toBe("SessionEnded");
      await other.configure(application.id, "general.status=ACTIVE");
    });
    wait();
    expect(await refresh()).toBe("LoggedIn");
  });

  it("application - asked for before it was there - is found as soon as it is", async () => {
    const appKey = `lk_app_${"newcomer".repeat(4)}`;
    const client = one.client(appKey);
    expect((await client.run(ApplicationDocument, {})).status).toBe(401);
    await new ApplicationLifecycle(other.nouns).create({ name: "Newcomer", ownerId: null, appKey });
    expect((await client.expect(ApplicationDocument, {})).application.name).toBe("Newcomer");
  });

  it("deletion - sign-ups of its last second at another process - leave nothing behind", async () => {
    const application = await one.createApplication("Going", "signUp.flow=NONE");
    const signUp = async () =>
      (await application.client.expect(SignUpDocument, { input: { handle: { email: freshEmail() }, password: PASSWORD } })).signUp
        .__typename;
    await one.clock.standStill(async () => {
      expect(await signUp()).toBe("LoggedIn");
      const deletion = new ApplicationLifecycle(other.nouns).delete(application.id);
      for (let isGone = false; !isGone; )
        isGone = (await one.query("SELECT id FROM applications WHERE id = ?", [application.id])).length === 0;
      expect(await signUp()).toBe("LoggedIn");
      await deletion;
    });
    for (const table of ["users", "sessions", "signing_keys"])
      expect(await one.query(`SELECT * FROM ${table} WHERE application_id = ?`, [application.id]), table).toEqual([]);
  });
});
