import { request } from "node:http";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { gatewayForFile, type TestApplication } from "../support/gateway.js";
import { LogInDocument } from "../support/generated/authentication.js";
import { PASSWORD, signUpPerson, uniqueEmail } from "../support/people.js";

const gateway = gatewayForFile();
let application: TestApplication;
beforeAll(async () => {
  application = await gateway.createApplication();
});

/** Two threads, and 64 requests that wait for them. */
const ADMITTED = 66;
const sumOfCounts = async () => {
  const [row] = await gateway.query<{ n: number }>("SELECT SUM(used) AS n FROM throttle_buckets");
  return Number(row?.n);
};

/** Holds every log-in when it looks up its user, until `release` is called. */
function holdLogIns() {
  const { users } = gateway.services;
  const find = users.findByHandle.bind(users);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const spy = vi.spyOn(users, "findByHandle").mockImplementation(async (...parameters) => {
    await released;
    return await find(...parameters);
  });
  return { spy, release };
}

describe("more log-ins than can be hashed in time", () => {
  it("F-03 log in - queue full - is answered UNAVAILABLE before it is counted; the others are served", async () => {
    const before = await sumOfCounts();
    const { spy, release } = holdLogIns();
    const logIn = () => application.client.run(LogInDocument, { input: { handle: { email: uniqueEmail() }, password: PASSWORD } });
    const admitted = Array.from({ length: ADMITTED }, logIn);
    await vi.waitFor(() => expect(spy).toHaveBeenCalledTimes(ADMITTED), { timeout: 20_000 });
    const busy = await Promise.all(Array.from({ length: 5 }, logIn));
    for (const { errors } of busy) expect(errors).toMatchObject([{ extensions: { code: "UNAVAILABLE", retryAfterSeconds: 2 } }]);
    expect(spy).toHaveBeenCalledTimes(ADMITTED);
    expect(await sumOfCounts()).toBe(before);
    release();
    const types = (await Promise.all(admitted)).map(({ data }) => data?.logIn.__typename);
    spy.mockRestore();
    expect(types).toEqual(Array.from({ length: ADMITTED }, () => "InvalidCredentials"));
  }, 60_000);

  it("F-03 log in - client hangs up before it is hashed - is dropped and not counted", async () => {
    const { email, tokens } = await signUpPerson(gateway, application);
    const before = await sumOfCounts();
    const { spy, release } = holdLogIns();
    const headers = { "content-type": "application/json", "x-app-key": application.appKey, "x-forwarded-for": "198.51.100.9" };
    const client = request(`${gateway.url}/graphql`, { method: "POST", agent: false, headers }).on("error", () => {});
    const query = "mutation($input: LogInInput!) { logIn(input: $input) { __typename } }";
    client.end(JSON.stringify({ query, variables: { input: { handle: { email }, password: "a wrong password" } } }));
    await vi.waitFor(() => expect(spy).toHaveBeenCalledOnce(), { timeout: 20_000 });
    const connections = () => new Promise<number>((resolve) => gateway.gateway.server.server.getConnections((_, count) => resolve(count)));
    const open = await connections();
    client.destroy();
    await expect.poll(connections, { timeout: 10_000 }).toBeLessThan(open);
    const rejected = vi.spyOn(gateway.services.passwords, "withVerified");
    release();
    await vi.waitFor(() => expect(rejected).toHaveBeenCalledOnce(), { timeout: 20_000 });
    await expect(rejected.mock.results[0]?.value).rejects.toMatchObject({ code: "UNAVAILABLE" });
    spy.mockRestore();
    await expect.poll(sumOfCounts, { timeout: 10_000 }).toBe(before);
    const failures = "SELECT id FROM audit_events WHERE event = 'LOG_IN' AND outcome = 'FAILURE' AND actor = ?";
    expect(await gateway.query(failures, [tokens.user.id])).toEqual([]);
  }, 60_000);
});
