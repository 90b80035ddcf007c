import { beforeAll, describe, expect, it } from "vitest";
import { RateLimitBucketEntity } from "../../src/domain/rate-limiting/index.js";
import { internalContext } from "../../src/domain/request-context.js";
import { CompareAndSwap } from "../../src/platform/database/index.js";
import type { TestApplication } from "../support/gateway.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { raceFixture, rounds } from "../support/race-fixture.js";

const fixture = raceFixture();
const RIGHT_ATTEMPTS = 6;
const WRONG_ATTEMPTS = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const bucketsOf = async ({ id }: Pick<TestApplication, "id">) =>
  await fixture.gatewayA.services.database.readManager
    .getRepository(RateLimitBucketEntity)
    .find({ where: { applicationId: id }, order: { id: "ASC" } });

describe("concurrent attempts at one account", () => {
  it.each(
    rounds,
  )("TH-12 log in, right and wrong passwords from many addresses, round %i - concurrent - only the wrong ones stay counted", async (round) => {
    const application = await fixture.gatewayA.createApplication();
    const { email } = await signUpPerson(fixture.gatewayA, application);
    const ofSignUp = (await bucketsOf(application)).map(({ id }) => id);
    const answers = await fixture.race(
      RIGHT_ATTEMPTS + WRONG_ATTEMPTS,
      async (client, index) => {
        const from = client.with({ address: `198.51.${round}.${index + 1}` });
        return (await logIn(from, email, ...(index < WRONG_ATTEMPTS ? ["certainly not the password"] : []))).__typename;
      },
      application.client,
    );
    expect(answers.sort()).toEqual([...Array(WRONG_ATTEMPTS).fill("InvalidCredentials"), ...Array(RIGHT_ATTEMPTS).fill("LoggedIn")]);

    const now = fixture.gatewayA.clock.now().getTime();
    const left = (await bucketsOf(application)).filter(({ id, count }) => count > 0 && !ofSignUp.includes(id));
    const within = (least: number, most: number) =>
      left
        .filter(({ windowEndsAt }) => windowEndsAt.getTime() - now > least && windowEndsAt.getTime() - now <= most)
        .map(({ count }) => count);
    // By network: each of the wrong ones had its own. By account: an hour's and a day's.
    expect([within(0, HOUR_MS / 2), within(HOUR_MS / 2, HOUR_MS), within(HOUR_MS, DAY_MS)]).toEqual([
      Array(WRONG_ATTEMPTS).fill(1),
      [WRONG_ATTEMPTS],
      [WRONG_ATTEMPTS],
    ]);
  });

  it("TH-01 log in - limited, concurrent - counts nothing and writes nothing", async () => {
    const application = await fixture.gatewayA.createApplication();
    const { email } = await signUpPerson(fixture.gatewayA, application);
    const client = application.client.with({ address: "198.51.100.77" });
    for (let guess = 0; guess < 5; guess++) await logIn(client, email, "certainly not the password");
    const before = await bucketsOf(application);
    expect(before.map(({ blockedUntil }) => blockedUntil).filter((until) => until !== null)).toHaveLength(1);
    const answers = await fixture.race(20, async (runner) => (await logIn(runner, email)).__typename, client);
    expect(new Set(answers)).toEqual(new Set(["TooManyAttempts"]));
    expect(await bucketsOf(application)).toEqual(before);
    fixture.gatewayA.clock.move({ seconds: 31 });
    await requireLogIn(client, email);
  });
});

it("TH-08 reset - concurrent with an attempt being checked - earlier counts are not restored", async () => {
  const { rateLimiter } = fixture.gatewayA.services;
  const application = await fixture.gatewayA.createApplication();
  const keys = (["logInFromStrangersHourly", "logInConsecutive"] as const).map((limit) => ({
    ...{ limit, applicationId: application.id, parts: ["ann@example.com"] },
  }));
  const context = { ...internalContext("GATEWAY"), client: { address: "198.51.100.1", userAgent: null } };
  for (let guess = 0; guess < 3; guess++) await rateLimiter.consume(context, keys);
  expect((await bucketsOf(application)).map(({ count }) => count)).toEqual([3, 3]);
  const work = async () => await fixture.gatewayB.services.rateLimiter.reset(keys);
  const isSuccess = () => true;
  await rateLimiter.limited(context, keys, work, isSuccess);
  expect((await bucketsOf(application)).map(({ count }) => count)).toEqual([0, 0]);
});

describe("compare and swap of rows", () => {
  let compareAndSwap: CompareAndSwap<RateLimitBucketEntity>;
  beforeAll(() => {
    compareAndSwap = new CompareAndSwap(fixture.gatewayA.services.database, RateLimitBucketEntity);
  });
  let rowNumber = 0;
  const row = (id: string, count: number): RateLimitBucketEntity => {
    const now = fixture.gatewayA.clock.now();
    return { applicationId: "swaps", id, count, windowEndsAt: now, blockedUntil: count > 5 ? now : null, countedAt: now };
  };
  const fresh = (count: number) => row(`row-${rowNumber++}`, count);
  const stored = async () => await bucketsOf({ id: "swaps" });
  const put = async (...rows: RateLimitBucketEntity[]) =>
    expect(await compareAndSwap.run(rows.map((next) => ({ expected: null, next })))).toBe(true);

  it("compare and swap - all rows as expected, blocked or not, present or absent - changes them", async () => {
    const [calm, waiting, missing] = [fresh(3), fresh(7), fresh(1)];
    await put(calm, waiting);
    const next = [row(calm.id, 8), row(waiting.id, 2), missing] as const;
    const swaps = [
      { expected: calm, next: next[0] },
      { expected: waiting, next: next[1] },
      { expected: null, next: next[2] },
    ];
    expect(await compareAndSwap.run(swaps)).toBe(true);
    expect((await stored()).filter(({ id }) => next.some((one) => one.id === id))).toEqual(next);
  });

  const later = new Date("2031-01-01T00:00:00.001Z");
  it.each<[string, Partial<RateLimitBucketEntity> | null]>([
    ["another count", { count: 2 }],
    ["another window", { windowEndsAt: later }],
    ["a wait where there is none", { blockedUntil: later }],
    ["another instant", { countedAt: later }],
    ["nothing where there is one", null],
  ])("compare and swap - one row expected with %s - changes and inserts nothing", async (_, difference) => {
    const [first, other] = [fresh(1), fresh(1)];
    await put(first, other);
    const before = await stored();
    const swaps = [
      { expected: first, next: row(first.id, 4) },
      { expected: null, next: fresh(1) },
      { expected: difference && { ...other, ...difference }, next: row(other.id, 4) },
    ];
    expect(await compareAndSwap.run(swaps)).toBe(false);
    expect(await stored()).toEqual(before);
  });

  it.each(rounds)("compare and swap - twenty of the same rows at once, round %i - one succeeds", async () => {
    const [first, other] = [fresh(1), fresh(1)];
    await put(first, other);
    const one = async (count: number) =>
      await compareAndSwap.run([
        { expected: first, next: row(first.id, count) },
        { expected: other, next: row(other.id, count) },
      ]);
    const won = await Promise.all(Array.from({ length: 20 }, (_, index) => one(index + 10)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const counts = (await stored()).filter(({ id }) => [first.id, other.id].includes(id)).map(({ count }) => count);
    expect(counts).toEqual([won.indexOf(true) + 10, won.indexOf(true) + 10]);
  });
});
