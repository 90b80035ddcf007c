import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { RedisServer } from "../support/redis-server.js";

let redis: RedisServer;
let gateway: TestGateway;
let secondGateway: TestGateway;
let application: TestApplication;
beforeAll(async () => {
  redis = await RedisServer.start();
  gateway = await TestGateway.start({ environment: { REDIS_URL: redis.url } });
  secondGateway = await TestGateway.start({ shareDatabaseOf: gateway, environment: { REDIS_URL: redis.url } });
  application = await gateway.createApplication();
});
afterAll(async () => {
  await secondGateway.stop();
  await gateway.stop();
  await redis.stop();
});

const guess = (address: string, email: string, baseUrl = gateway.url) =>
  logIn(application.client.with({ address, baseUrl }), email, "certainly wrong");
const countRows = async () => (await gateway.query("SELECT id FROM throttle_buckets")).length;

describe("rate limits in Redis", () => {
  it("TH-13 log in - two instances - share one limit, and the database stores none", async () => {
    const { email } = await signUpPerson(gateway, application);
    for (let index = 0; index < 5; index++) await guess("192.0.2.1", email, index % 2 ? gateway.url : secondGateway.url);
    expect(await guess("192.0.2.1", email, secondGateway.url)).toMatchObject({ __typename: "TooManyAttempts", retryAfterSeconds: 30 });
    expect(await countRows()).toBe(0);
    gateway.clock.move({ seconds: 31 });
    await requireLogIn(application.client.with({ address: "192.0.2.1" }), email);
  });

  it("TH-12 log in - 40 wrong passwords at once on two instances - no more than the limit are checked", async () => {
    const { email } = await signUpPerson(gateway, application);
    const attempts = Array.from({ length: 40 }, (_, index) =>
      guess("192.0.2.2", email, index % 2 ? gateway.url : secondGateway.url).catch(() => null),
    );
    const tested = (await Promise.all(attempts)).filter((answer) => answer?.__typename === "InvalidCredentials");
    expect(tested.length).toBeGreaterThan(0);
    expect(tested.length).toBeLessThanOrEqual(5);
  });

  it("log in - Redis unavailable - users log in and attempts are counted in the database", async () => {
    const { email } = await signUpPerson(gateway, application);
    await redis.stop();
    await requireLogIn(application.client, email);
    for (let index = 0; index < 5; index++) await guess("192.0.2.3", email);
    expect(await guess("192.0.2.3", email, secondGateway.url)).toMatchObject({ __typename: "TooManyAttempts" });
    expect(await countRows()).toBeGreaterThan(0);
    expect(gateway.logs.filter((line) => line.includes("Redis is unavailable"))).toHaveLength(1);
  });
});
