import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LatchkeyError, localStorageStore, type SessionStore } from "../../clients/typescript/src/index.js";
import { createDevice, type Device, FlakyProxy } from "../support/device.js";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";

let gateway: TestGateway;
let application: TestApplication;
let proxy: FlakyProxy;
beforeAll(async () => {
  gateway = await TestGateway.start();
  application = await gateway.createApplication("Blue Heron", "signUp.flow=NONE");
  proxy = await FlakyProxy.inFrontOf(gateway);
});
afterAll(async () => {
  proxy.stop();
  await gateway.stop();
});

const join = async (phone: Device, email = uniqueEmail()) => {
  const answer = await phone.client.signUp({ handle: { email }, password: PASSWORD });
  if (answer.__typename !== "LoggedIn") throw new Error(JSON.stringify(answer));
  phone.sentOperations.length = 0;
  return { email, ...answer };
};
const runConcurrently = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work));
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString()) as Record<string, unknown>;
const failureOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(() => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof LatchkeyError)) throw new Error(`no LatchkeyError but ${String(error)}`);
  return error;
};
const countOf = (phone: Device, operation: string) => phone.sentOperations.filter((name) => name === operation).length;
const countReuseEvents = async () => (await gateway.query("SELECT id FROM audit_events WHERE event = 'REFRESH_TOKEN_REUSED'")).length;

describe("client - sessions", () => {
  it("client - 50 concurrent calls after expiry - one refresh, and all are answered", async () => {
    const phone = createDevice(gateway, application);
    const { user } = await join(phone);
    gateway.clock.move({ minutes: 16 });
    const answers = await runConcurrently(50, () => phone.client.me());
    expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([user.id]));
    expect(countOf(phone, "RefreshSession")).toBe(1);
    expect(countOf(phone, "Me")).toBe(50);
  });

  it("client - 50 concurrent calls, expiry unknown to the client's clock - one refresh, and all are answered", async () => {
    const phone = createDevice(gateway, application, { now: Date.now });
    await join(phone);
    gateway.clock.move({ minutes: 16 });
    await runConcurrently(25, () => phone.client.me());
    expect(countOf(phone, "RefreshSession")).toBe(1);
    expect(countOf(phone, "Me")).toBe(50);
  });

  it("client - refresh response lost twice by a proxy - is retried with the same token, and the session continues", async () => {
    const phone = createDevice(gateway, application, { url: proxy.url });
    const { user } = await join(phone);
    const alarms = await countReuseEvents();
    gateway.clock.move({ minutes: 16 });
    proxy.answersToDrop = 2;
    expect((await Promise.all([phone.client.me(), phone.client.me()])).map(({ id }) => id)).toEqual([user.id, user.id]);
    expect(countOf(phone, "RefreshSession")).toBe(3);
    gateway.clock.move({ minutes: 16 });
    expect((await phone.client.me()).sessions).toHaveLength(1);
    expect(countOf(phone, "RefreshSession")).toBe(4);
    expect([phone.sessionEndedCount, await countReuseEvents()]).toEqual([0, alarms]);
  });

  it("client - gateway unreachable while the token expires - NETWORK at first, logged in as before afterwards", async () => {
    let skippedMs = 0;
    const phone = createDevice(gateway, application, { url: proxy.url, now: () => gateway.clock.now().getTime() + skippedMs });
    const { user } = await join(phone);
    gateway.clock.move({ minutes: 16 });
    proxy.isDown = true;
    const hurry = setInterval(() => {
      skippedMs += 2_000;
    }, 50);
    expect((await failureOf(phone.client.me())).code).toBe("NETWORK");
    clearInterval(hurry);
    proxy.isDown = false;
    expect((await phone.client.me()).id).toBe(user.id);
    expect(phone.sessionEndedCount).toBe(0);
  });

  it("client - two tabs on one store - share refreshed tokens; no consumed token is sent", async () => {
    const one = createDevice(gateway, application);
    const { user } = await join(one);
    const other = createDevice(gateway, application, { store: one.store });
    await other.client.me();
    const alarms = await countReuseEvents();
    for (let hour = 0; hour < 3; hour++) {
      gateway.clock.move({ minutes: 16 });
      expect((await one.client.me()).id).toBe(user.id);
      expect((await other.client.me()).id).toBe(user.id);
      await other.client.forgotPassword({ handle: { email: uniqueEmail() } });
    }
    expect([countOf(one, "RefreshSession"), countOf(other, "RefreshSession"), await countReuseEvents()]).toEqual([3, 0, alarms]);
    await one.client.logOut();
    gateway.clock.move({ minutes: 16 });
    expect((await failureOf(other.client.me())).code).toBe("UNAUTHENTICATED");
    expect([await other.client.isLoggedIn(), other.sessionEndedCount, countOf(other, "RefreshSession")]).toEqual([false, 1, 0]);
  });

  it("client - app restarted - is logged in from the store, which contains neither password nor JWT", async () => {
    const phone = createDevice(gateway, application);
    const { user, jwt } = await join(phone);
    const again = createDevice(gateway, application, { store: phone.store });
    expect(await again.client.isLoggedIn()).toBe(true);
    expect((await again.client.me()).id).toBe(user.id);
    const kept = String(await phone.store.get());
    for (const secret of [jwt, PASSWORD, user.email ?? "?"]) expect(kept).not.toContain(secret);
    expect(kept.length).toBeLessThan(1000);
  });

  it("client - session ended by another device - the app is notified once, regardless of the operation", async () => {
    const phone = createDevice(gateway, application);
    const { email } = await join(phone);
    const laptop = createDevice(gateway, application);
    expect((await laptop.client.logIn({ handle: { email }, password: PASSWORD })).__typename).toBe("LoggedIn");
    await laptop.client.logOutEverywhere();
    const codes = await runConcurrently(5, async () => (await failureOf(phone.client.me())).code);
    expect(codes).toEqual(Array(5).fill("UNAUTHENTICATED"));
    expect([phone.sessionEndedCount, laptop.sessionEndedCount]).toEqual([1, 0]);
    expect([await phone.client.isLoggedIn(), await laptop.client.isLoggedIn()]).toEqual([false, false]);
  });

  it("client - log out during a refresh - the session stays ended", async () => {
    const phone = createDevice(gateway, application, { url: proxy.url });
    for (const isUnderWay of [false, true]) {
      await join(phone);
      gateway.clock.move({ minutes: 16 });
      proxy.answersToDrop = isUnderWay ? 1 : 0;
      const asking = phone.client.me().catch(({ code }: LatchkeyError) => code);
      while (isUnderWay && proxy.answersToDrop > 0) await new Promise(setImmediate);
      expect(await phone.client.logOut()).toEqual({ sessionsEnded: 1 });
      expect(await asking).toBe("UNAUTHENTICATED");
      expect([await phone.client.isLoggedIn(), phone.sessionEndedCount]).toEqual([false, 0]);
    }
    expect(await phone.client.logOut()).toEqual({ sessionsEnded: 0 });
  });
});

describe("client - tokens", () => {
  it("client - jwt for an hour - is unchanged until 30 seconds before expiry, then one new one for all callers", async () => {
    const phone = createDevice(gateway, application);
    const { jwt } = await join(phone);
    gateway.clock.move({ minutes: 59 });
    expect(await phone.client.jwt()).toBe(jwt);
    expect(phone.sentOperations).toEqual([]);
    gateway.clock.move({ seconds: 31 });
    const jwts = new Set(await runConcurrently(20, () => phone.client.jwt()));
    expect(jwts.size).toBe(1);
    const [fresh = ""] = jwts;
    expect(fresh).not.toBe(jwt);
    expect(Number(claimsOf(fresh)["exp"]) * 1000 - gateway.clock.now().getTime()).toBeGreaterThan(3_500_000);
  });

  it("client - jwt shorter than the session token - is renewed by issueJwt, the session is unchanged", async () => {
    const own = await gateway.createApplication("Short", "signUp.flow=NONE", "token.lifetimeMinutes=2");
    const phone = createDevice(gateway, own);
    const { jwt } = await join(phone);
    gateway.clock.move({ minutes: 2 });
    const [one, two] = await runConcurrently(2, () => phone.client.jwt());
    expect([one === two, one === jwt, phone.sentOperations]).toEqual([true, false, ["IssueJwt"]]);
  });

  it("client - device clock wrong by an hour, either way - renews tokens at their real expiry", async () => {
    for (const minutes of [-60, 60]) {
      const phone = createDevice(gateway, application, { now: () => gateway.clock.now().getTime() + minutes * 60_000 });
      await join(phone);
      await phone.client.me();
      expect([await phone.client.jwt(), ...phone.sentOperations]).toEqual([expect.any(String), "Me"]);
      gateway.clock.move({ minutes: 16 });
      await phone.client.me();
      expect(phone.sentOperations).toEqual(["Me", "RefreshSession", "Me"]);
    }
  });

  it("client - metadata changed - the next jwt contains it", async () => {
    const own = await gateway.createApplication("Fields", "signUp.flow=NONE", 'metadata.fields=[{"path":"nickname"}]');
    const phone = createDevice(gateway, own);
    const { jwt } = await join(phone);
    await phone.client.setMetadata({ metadata: { nickname: "al" } });
    const next = await phone.client.jwt();
    expect([claimsOf(jwt)["nickname"], claimsOf(next)["nickname"]]).toEqual([undefined, "al"]);
    expect(await phone.client.jwt()).toBe(next);
  });

  it("client - recognised device - stays recognised after logging out: guesses by others do not lock the owner out", async () => {
    const phone = createDevice(gateway, application);
    const { email } = await join(phone);
    await phone.client.logOut();
    const other = createDevice(gateway, application);
    const guess = (index: number) => other.client.logIn({ handle: { email }, password: `guess number ${index}` });
    for (let index = 0; index < 6; index++) await guess(index);
    expect(await guess(6)).toMatchObject({ __typename: "TooManyAttempts", code: "TOO_MANY_ATTEMPTS" });
    expect(await phone.client.logIn({ handle: { email }, password: PASSWORD })).toMatchObject({ __typename: "LoggedIn" });
  });
});

describe("client - stores and errors", () => {
  it("client - localStorage and an asynchronous Keychain - store one string, and none after the account is deleted", async () => {
    const items = new Map<string, string>();
    const storage = {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: items.set.bind(items),
      removeItem: items.delete.bind(items),
    };
    Object.assign(globalThis, { localStorage: storage });
    const slowly = <T>(work: () => T) => new Promise<T>((resolve) => setImmediate(() => resolve(work())));
    let entry: string | null = null;
    const keychain: SessionStore = {
      get: () => slowly(() => entry),
      set: (value) =>
        slowly(() => {
          entry = value;
        }),
      delete: () =>
        slowly(() => {
          entry = null;
        }),
    };
    for (const store of [localStorageStore("heron"), keychain]) {
      const phone = createDevice(gateway, application, { store });
      await join(phone);
      expect(JSON.parse((await store.get()) ?? "")).toMatchObject({ session: { refreshToken: expect.stringMatching(/^lk_ref_/) } });
      expect(await phone.client.deleteAccount()).toMatchObject({ __typename: "AccountDeleted" });
      expect(await store.get()).toBeNull();
    }
    expect([items.size, entry]).toEqual([0, null]);
  });

  it("client - store that fails once - the call rejects, the session continues and is stored the next time", async () => {
    let isBroken = false;
    let entry: string | null = null;
    const store: SessionStore = {
      get: () => entry,
      set: (value) => {
        if (isBroken) throw new Error("locked");
        entry = value;
      },
      delete: () => {},
    };
    const phone = createDevice(gateway, application, { store });
    await join(phone);
    gateway.clock.move({ minutes: 16 });
    isBroken = true;
    await expect(phone.client.me()).rejects.toThrow("locked");
    isBroken = false;
    const { id } = await phone.client.me();
    gateway.clock.move({ minutes: 16 });
    expect((await phone.client.me()).id).toBe(id);
    expect((await createDevice(gateway, application, { store }).client.me()).id).toBe(id);
    expect([countOf(phone, "RefreshSession"), phone.sessionEndedCount]).toEqual([2, 0]);
  });

  it("client - top-level errors - one exception with code, retry delay and argument", async () => {
    const phone = createDevice(gateway, application);
    expect(await failureOf(phone.client.me())).toMatchObject({ name: "LatchkeyError", code: "UNAUTHENTICATED" });
    expect(await failureOf(createDevice(gateway, { appKey: "lk_app_none" }).client.application())).toMatchObject({
      code: "UNAUTHENTICATED",
    });
    await join(phone);
    expect(await failureOf(phone.client.issueJwt({ profile: "nope" }))).toMatchObject({ code: "BAD_USER_INPUT", path: "input.profile" });
    expect(await failureOf(phone.client.revokeInvitation({ invitationId: "none" }))).toMatchObject({ code: "FORBIDDEN" });
    const answers = await gateway.clock.whileFrozen(() =>
      runConcurrently(70, () => phone.client.me().catch((error: LatchkeyError) => error)),
    );
    const refused = answers.filter((answer) => answer instanceof LatchkeyError);
    expect(refused[0]).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) });
    const nowhere = createDevice(gateway, application, { url: "http://127.0.0.1:9" });
    expect(await failureOf(nowhere.client.application())).toMatchObject({ code: "NETWORK", cause: expect.any(Error) });
  });
});
