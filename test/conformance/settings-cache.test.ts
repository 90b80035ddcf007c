import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { internalContext } from "../../src/domain/request-context.js";
import { ApplicationLifecycle } from "../../src/management/index.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import {
  ApplicationDocument,
  InviteDocument,
  MeDocument,
  RefreshSessionDocument,
  SignUpDocument,
} from "../support/generated/authentication.js";
import { PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";

let gatewayA: TestGateway;
let gatewayB: TestGateway;
beforeAll(async () => {
  gatewayA = await TestGateway.start();
  gatewayB = await TestGateway.start({ shareDatabaseOf: gatewayA });
});
afterAll(async () => {
  await gatewayB.stop();
  await gatewayA.stop();
});

const nameOf = async ({ client }: TestApplication) => (await client.run(ApplicationDocument, {})).data?.application.name;
/** Longer than anything is kept. */
const expireCache = () => gatewayA.clock.move({ seconds: 1.1 });

describe("settings changed by this process", () => {
  it("change, suspension, deletion - next request - applies them", async () => {
    const application = await gatewayA.createApplication("Before");
    expect(await nameOf(application)).toBe("Before");
    await gatewayA.configure(application.id, "general.name=After");
    expect(await nameOf(application)).toBe("After");
    await gatewayA.configure(application.id, "general.status=SUSPENDED");
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
    await gatewayA.configure(application.id, "general.status=ACTIVE");
    expect(await nameOf(application)).toBe("After");
    await new ApplicationLifecycle(gatewayA.services).delete(internalContext("OPERATOR"), application.id);
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
  });
});

describe("settings changed by another process", () => {
  it("change - requests without a session - apply it within one second", async () => {
    const application = await gatewayA.createApplication("Before");
    expect(await nameOf(application)).toBe("Before");
    await gatewayB.configure(application.id, "general.name=After");
    expireCache();
    expect(await nameOf(application)).toBe("After");
    await gatewayB.configure(application.id, "general.status=SUSPENDED");
    expireCache();
    expect((await application.client.run(ApplicationDocument, {})).status).toBe(401);
  });

  it("change - request with a session - applies it immediately, for the whole request", async () => {
    const application = await gatewayA.createApplication("Closing");
    const { client } = await signUpPerson(gatewayA, application);
    const invite = async () => (await client.expect(InviteDocument, { input: { handle: { email: uniqueEmail() } } })).invite.__typename;
    await gatewayA.clock.whileFrozen(async () => {
      expect(await invite()).toBe("InvitationSent");
      await gatewayB.configure(application.id, "invitation.enabled=false");
      expect(await invite()).toBe("InvitationsClosed");
      await gatewayB.configure(application.id, "invitation.enabled=true");
      expect(await invite()).toBe("InvitationSent");
    });
  });

  it("suspension - sessions and refresh tokens of the application - are rejected immediately and accepted after reactivation", async () => {
    const application = await gatewayA.createApplication("Closing down");
    const { client, tokens } = await signUpPerson(gatewayA, application);
    const refresh = async () =>
      (await application.client.expect(RefreshSessionDocument, { input: { refreshToken: tokens.refreshToken } })).refreshSession.__typename;
    await gatewayA.clock.whileFrozen(async () => {
      expect((await client.expect(MeDocument, {})).me).not.toBeNull();
      await gatewayB.configure(application.id, "general.status=SUSPENDED");
      const answer = await client.run(MeDocument, {});
      expect([answer.data?.me ?? null, answer.errors?.[0]?.extensions?.["code"]]).toEqual([null, "UNAUTHENTICATED"]);
      expect(await refresh()).toBe("SessionEnded");
      await gatewayB.configure(application.id, "general.status=ACTIVE");
    });
    expireCache();
    expect(await refresh()).toBe("LoggedIn");
  });

  it("application - requested before it was created - is found as soon as it exists", async () => {
    const appKey = `lk_app_${"newapp01".repeat(4)}`;
    const client = gatewayA.client(appKey);
    expect((await client.run(ApplicationDocument, {})).status).toBe(401);
    await new ApplicationLifecycle(gatewayB.services).create(internalContext("OPERATOR"), {
      name: "New application",
      ownerId: null,
      appKey,
    });
    expect((await client.expect(ApplicationDocument, {})).application.name).toBe("New application");
  });

  it("deletion - concurrent sign-ups at another process - leave no rows", async () => {
    const application = await gatewayA.createApplication("Going", "signUp.flow=NONE");
    const signUp = async () =>
      (await application.client.expect(SignUpDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } })).signUp
        .__typename;
    await gatewayA.clock.whileFrozen(async () => {
      expect(await signUp()).toBe("LoggedIn");
      const deletion = new ApplicationLifecycle(gatewayB.services).delete(internalContext("OPERATOR"), application.id);
      for (let isGone = false; !isGone; )
        isGone = (await gatewayA.query("SELECT id FROM applications WHERE id = ?", [application.id])).length === 0;
      expect(await signUp()).toBe("LoggedIn");
      await deletion;
    });
    for (const table of ["users", "sessions", "signing_keys"])
      expect(await gatewayA.query(`SELECT * FROM ${table} WHERE application_id = ?`, [application.id]), table).toEqual([]);
  });
});
