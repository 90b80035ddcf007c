import { describe, expect, it } from "vitest";
import { TestGateway } from "../support/gateway.js";
import { MeDocument, RefreshSessionDocument } from "../support/generated/authentication.js";
import { logIn, requireLogIn, signUpPerson } from "../support/people.js";
import { rateLimitFixture } from "../support/rate-limit-fixture.js";

const fixture = rateLimitFixture();
const { gateway, clientFrom, guessPassword, repeat } = fixture;

describe("request limits", () => {
  it("TH-17 requests - more than 60 at once from one network - RATE_LIMITED with Retry-After; another network is served", async () => {
    const ask = (client: typeof fixture.application.client) => client.run(MeDocument, {});
    const answers = await gateway.clock.whileFrozen(() => Promise.all(Array.from({ length: 80 }, () => ask(clientFrom("192.0.2.100")))));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(20);
    expect(refused[0]?.errors[0]?.extensions).toMatchObject({ code: "RATE_LIMITED", retryAfterSeconds: 1 });
    expect(refused[0]?.headers.get("retry-after")).toBe("1");
    expect((await ask(clientFrom("192.0.2.101"))).status).toBe(200);
  });

  it("TH-17 mutations - more than 30 in ten seconds from one network - RATE_LIMITED before anything runs", async () => {
    const input = { refreshToken: "lk_ref_none" };
    const answers = await gateway.clock.whileFrozen(() =>
      Promise.all(Array.from({ length: 40 }, () => clientFrom("192.0.2.102").run(RefreshSessionDocument, { input }))),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.errors[0]?.extensions.code).toBe("RATE_LIMITED");
    expect(refused[0]?.headers.get("retry-after")).not.toBeNull();
  });

  it("loopback - connection without a forwarding header - has the request, mutation and failure limits of any other network", async () => {
    const client = clientFrom("");
    gateway.clock.move({ hours: 2 });
    const guesses: string[] = [];
    await repeat(22, async (index) => {
      guesses.push((await guessPassword(client, `nobody${index}@mail.example`)).__typename);
      gateway.clock.move({ seconds: 1 });
    });
    expect(guesses).toEqual([...Array(20).fill("InvalidCredentials"), ...Array(2).fill("TooManyAttempts")]);
    gateway.clock.move({ minutes: 1 });
    const input = { refreshToken: "lk_ref_none" };
    const limitedOf = (count: number, ask: () => Promise<{ status: number }>) =>
      gateway.clock.whileFrozen(
        async () => (await Promise.all(Array.from({ length: count }, ask))).filter(({ status }) => status === 429).length,
      );
    expect(await limitedOf(35, () => client.run(RefreshSessionDocument, { input }))).toBe(5);
    gateway.clock.move({ minutes: 1 });
    expect(await limitedOf(65, () => client.run(MeDocument, {}))).toBe(5);
  });

  it("TH-05 log in - forged forwarding headers without a trusted proxy - count as one address", async () => {
    const strict = await TestGateway.start({ shareDatabaseOf: gateway, environment: { TRUST_PROXY: "10.0.0.0/8" } });
    const { email } = await signUpPerson(gateway, fixture.application);
    const outcomes: string[] = [];
    await repeat(7, async (index) => {
      const forged = `203.0.113.${index}`;
      const headers = {
        forwarded: `for=${forged}`,
        "x-real-ip": forged,
        "cf-connecting-ip": forged,
        "true-client-ip": forged,
        "x-end-user-address": forged,
      };
      outcomes.push((await guessPassword(clientFrom(forged).with({ baseUrl: strict.url, headers }), email)).__typename);
    });
    expect(outcomes.slice(5)).toEqual(["TooManyAttempts", "TooManyAttempts"]);
    await strict.stop();
  });

  it("TH-06 log in - entries added before the trusted hop - are ignored", async () => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const outcomes: string[] = [];
    await repeat(7, async (index) =>
      outcomes.push((await guessPassword(clientFrom(`198.51.100.${index}, 192.0.2.110`), email)).__typename),
    );
    expect(outcomes.slice(5)).toEqual(["TooManyAttempts", "TooManyAttempts"]);
  });

  it.each<[string, (index: number) => string, string]>([
    ["another port in every request", (index) => `203.0.113.51:${1000 + index}`, "203.0.113.51"],
    ["another port in brackets", (index) => `[2001:db8::51]:${1000 + index}`, "2001:db8::51"],
    [
      "three forms of an IPv4-mapped address",
      (index) => ["::ffff:cb00:7133", "0:0:0:0:0:ffff:203.0.113.51", "203.0.113.51"][index % 3] ?? "",
      "203.0.113.51",
    ],
    ["ports of a trusted hop", (index) => `203.0.113.52, 127.0.0.9:${1000 + index}`, "203.0.113.52"],
    // The client is then the proxy that wrote the entry.
    ["entries that are no addresses", (index) => `client-${index}, 127.0.0.10`, "127.0.0.10"],
    ["entries to the left of one that is no address", (index) => `203.0.113.${index}, unknown, 127.0.0.11`, "127.0.0.11"],
  ])("A-02 B-03 log in - %s - is one client", async (_, addressOf, expected) => {
    const { email } = await signUpPerson(gateway, fixture.application);
    const outcomes: string[] = [];
    await repeat(7, async (index) => outcomes.push((await guessPassword(clientFrom(addressOf(index)), email)).__typename));
    expect(outcomes.slice(5)).toEqual(["TooManyAttempts", "TooManyAttempts"]);
    const recorded = await gateway.query<{ address: string }>(
      `SELECT DISTINCT event.address FROM audit_events event JOIN users person ON person.id = event.user_id
        WHERE person.email = ? AND event.event = 'LOG_IN' AND event.outcome = 'FAILURE'`,
      [email],
    );
    expect(recorded.map(({ address }) => address)).toEqual([expected]);
    await requireLogIn(clientFrom("203.0.113.60"), email);
  });

  it("log in - back end with the secret key sends the user's address - each user has a separate network", async () => {
    const backEnd = (endUser: string) =>
      fixture.application.client.with({
        address: "192.0.2.120",
        token: fixture.application.secretKey,
        headers: { "x-end-user-address": endUser },
      });
    const { email } = await signUpPerson(gateway, fixture.application);
    await repeat(5, () => guessPassword(backEnd("198.51.100.1"), email));
    expect(await logIn(backEnd("198.51.100.1"), email)).toMatchObject({ __typename: "TooManyAttempts" });
    for (const sameUser of ["198.51.100.1:4711", "::ffff:c633:6401"])
      expect(await logIn(backEnd(sameUser), email)).toMatchObject({ __typename: "TooManyAttempts" });
    await requireLogIn(backEnd("198.51.100.2"), email);
    const odd = await backEnd("not an address").run(MeDocument, {});
    expect(odd).toMatchObject({ status: 400, errors: [{ extensions: { code: "BAD_USER_INPUT", path: "x-end-user-address" } }] });
  });
});
