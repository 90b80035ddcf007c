import { beforeAll, describe, expect, it } from "vitest";
import { ThrottleBucketEntity } from "../../src/domain/rate-limiting/index.js";
import { HotSwap } from "../../src/platform/database/index.js";
import type { TestApplication } from "../support/gateway.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { rounds, track } from "../support/races.js";

const stage = track();
const RIGHT = 6;
const WRONG = 8;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const bucketsOf = async ({ id }: Pick<TestApplication, "id">) =>
  await stage.one.nouns.database.reading.getRepository(ThrottleBucketEntity).find({ where: { applicationId: id }, order: { id: "ASC" } });

describe("attempts at one account at the same moment", () => {
  it.each(rounds)("TH-12 log in, right and wrong ones from everywhere, round %i - the wrong ones stay counted, no others", async () => {
    const application = await stage.one.createApplication();
    const { email } = await signUpPerson(stage.one, application);
    const ofSignUp = (await bucketsOf(application)).map(({ id }) => id);
    const answers = await stage.race(
      RIGHT + WRONG,
      async (client, index) => {
        const from = client.with({ address: `198.51.100.${index + 1}` });
        return (await logIn(from, email, ...(index < WRONG ? ["certainly not the password"] : []))).__typename;
      },
      application.client,
    );
    expect(answers.sort()).toEqual([...Array(WRONG).fill("InvalidCredentials"), ...Array(RIGHT).fill("LoggedIn")]);

    const now = stage.one.clock.now().getTime();
    const left = (await bucketsOf(application)).filter(({ id, count }) => count > 0 && !ofSignUp.includes(id));
    const within = (least: number, most: number) =>
      left
        .filter(({ windowEndsAt }) => windowEndsAt.getTime() - now > least && windowEndsAt.getTime() - now <= most)
        .map(({ count }) => count);
    // By network: each of the wrong ones had its own. By account: an hour's and a day's.
    expect([within(0, HOUR / 2), within(HOUR / 2, HOUR), within(HOUR, DAY)]).toEqual([Array(WRONG).fill(1), [WRONG], [WRONG]]);
  });

  it("TH-01 log in, beside others, refused - counts nothing and writes nothing", async () => {
    const application = await stage.one.createApplication();
    const { email } = await signUpPerson(stage.one, application);
    const client = application.client.with({ address: "198.51.100.77" });
    for (let guess = 0; guess < 5; guess++) await logIn(client, email, "certainly not the password");
    const before = await bucketsOf(application);
    expect(before.map(({ blockedUntil }) => blockedUntil).filter((until) => until !== null)).toHaveLength(1);
    const answers = await stage.race(20, async (runner) => (await logIn(runner, email)).__typename, client);
    expect(new Set(answers)).toEqual(new Set(["TooManyAttempts"]));
    expect(await bucketsOf(application)).toEqual(before);
    stage.one.clock.move({ seconds: 31 });
    await requireLogIn(client, email);
  });
});

it("TH-08 clear, beside an attempt that is being checked - what it had seen is not brought back", async () => {
  const { throttle } = stage.one.nouns;
  const application = await stage.one.createApplication();
  const subjects = (["logInFromStrangersHourly", "logInConsecutive"] as const).map((budget) => ({
    ...{ budget, applicationId: application.id, parts: ["ann@example.com"] },
  }));
  const origin = { requestId: "1", address: "198.51.100.1", userAgent: null };
  for (let guess = 0; guess < 3; guess++) await throttle.take(subjects, origin);
  expect((await bucketsOf(application)).map(({ count }) => count)).toEqual([3, 3]);
  const work = async () => await stage.other.nouns.throttle.clear(subjects);
  const isSuccess = () => true;
  await throttle.guard(subjects, origin, work, isSuccess);
  expect((await bucketsOf(application)).map(({ count }) => count)).toEqual([0, 0]);
});

describe("rows that are compared and set", () => {
  let swap: HotSwap<ThrottleBucketEntity>;
  beforeAll(() => {
    swap = new HotSwap(stage.one.nouns.database, ThrottleBucketEntity);
  });
  let names = 0;
  const row = (id: string, count: number): ThrottleBucketEntity => {
    const now = stage.one.clock.now();
    return { applicationId: "swaps", id, count, windowEndsAt: now, blockedUntil: count > 5 ? now : null, countedAt: now };
  };
  const fresh = (count: number) => row(`row-${names++}`, count);
  const stored = async () => await bucketsOf({ id: "swaps" });
  const put = async (...rows: ThrottleBucketEntity[]) => expect(await swap.run(rows.map((next) => ({ seen: null, next })))).toBe(true);

  it("all as they were seen - with a wait or without one, there or not - are changed", async () => {
    const [calm, waiting, missing] = [fresh(3), fresh(7), fresh(1)];
    await put(calm, waiting);
    const next = [row(calm.id, 8), row(waiting.id, 2), missing] as const;
    const swaps = [
      { seen: calm, next: next[0] },
      { seen: waiting, next: next[1] },
      { seen: null, next: next[2] },
    ];
    expect(await swap.run(swaps)).toBe(true);
    expect((await stored()).filter(({ id }) => next.some((one) => one.id === id))).toEqual(next);
  });

  const later = new Date("2031-01-01T00:00:00.001Z");
  it.each<[string, Partial<ThrottleBucketEntity> | null]>([
    ["another count", { count: 2 }],
    ["another window", { windowEndsAt: later }],
    ["a wait where there is none", { blockedUntil: later }],
    ["another instant", { countedAt: later }],
    ["nothing where there is one", null],
  ])("one seen with %s - nothing is changed, nothing is made", async (_, difference) => {
    const [first, other] = [fresh(1), fresh(1)];
    await put(first, other);
    const before = await stored();
    const swaps = [
      { seen: first, next: row(first.id, 4) },
      { seen: null, next: fresh(1) },
      { seen: difference && { ...other, ...difference }, next: row(other.id, 4) },
    ];
    expect(await swap.run(swaps)).toBe(false);
    expect(await stored()).toEqual(before);
  });

  it.each(rounds)("twenty swaps of the same rows at once, round %i - one wins", async () => {
    const [first, other] = [fresh(1), fresh(1)];
    await put(first, other);
    const one = async (count: number) =>
      await swap.run([
        { seen: first, next: row(first.id, count) },
        { seen: other, next: row(other.id, count) },
      ]);
    const won = await Promise.all(Array.from({ length: 20 }, (_, index) => one(index + 10)));
    expect(won.filter(Boolean)).toHaveLength(1);
    const counts = (await stored()).filter(({ id }) => [first.id, other.id].includes(id)).map(({ count }) => count);
    expect(counts).toEqual([won.indexOf(true) + 10, won.indexOf(true) + 10]);
  });
});
