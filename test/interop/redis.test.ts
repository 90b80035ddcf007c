import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { RedisServer } from "../support/redis-server.js";

let redis: RedisServer;
let gateway: TestGateway;
let second: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  redis = await RedisServer.start();
  gateway = await TestGateway.start({ environment: { REDIS_URL: redis.url } });
  second = await TestGateway.start({ beside: gateway, environment: { REDIS_URL: redis.url } });
  application = await gateway.createApplication();
});
afterAll(async () => {
  await second.stop();
  await gateway.stop();
  await redis.stop();
});

const guess = (address: string, email: string, baseUrl = gateway.url) =>
  logIn(application.client.with({ address, baseUrl }), email, "certainly wrong");
const countRows = async () => (await gateway.query("SELECT id FROM throttle_buckets")).length;

describe("budgets in Redis", () => {
  it("TH-13 log in - two instances - share one budget, and the database holds none", async () => {
    const { email } = await signUpPerson(gateway, application);
    for (let index = 0; index < 5; index++) await guess("192.0.2.1", email, index % 2 ? gateway.url : second.url);
    expect(await guess("192.0.2.1", email, second.url)).toMatchObject({ __typename: "TooManyAttempts", retryAfterSeconds: 30 });
    expect(await countRows()).toBe(0);
    gateway.clock.move({ seconds: 31 });
    await requireLogIn(application.client.with({ address: "192.0.2.1" }), email);
  });

  it("TH-12 log in - 40 wrong ones at once on two instances - no more than the budget are tested", async () => {
    const { email } = await signUpPerson(gateway, application);
    const attempts = Array.from({ length: 40 }, (_, index) =>
      guess("192.0.2.2", email, index % 2 ? gateway.url : second.url).catch(() => null),
    );
    const tested = (await Promise.all(attempts)).filter((answer) => answer?.__typename === "InvalidCredentials");
    expect(tested.length).toBeGreaterThan(0);
    expect(tested.length).toBeLessThanOrEqual(5);
  });

  it("log in - Redis is gone - people log in and guesses are counted in the database", async () => {
    const { email } = await signUpPerson(gateway, application);
    await redis.stop();
    await requireLogIn(application.client, email);
    for (let index = 0; index < 5; index++) await guess("192.0.2.3", email);
    expect(await guess("192.0.2.3", email, second.url)).toMatchObject({ __typename: "TooManyAttempts" });
    expect(await countRows()).toBeGreaterThan(0);
    expect(gateway.logs.filter((line) => line.includes("Redis does not answer"))).toHaveLength(1);
  });
});
