import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TestApplication, TestGateway } from "../support/gateway.js";
import { AcceptInvitationDocument, ChangeHandleDocument, InviteDocument } from "../support/generated/authentication.js";
import { attempt, hostileFixture, outcomeOf } from "../support/hostile-fixture.js";
import { PASSWORD, uniqueEmail } from "../support/people.js";

const fixture = hostileFixture();
const WRONG = "a wrong password of theirs";
type Shown = Awaited<ReturnType<typeof attempt.logIn>>;
type Pair = readonly [() => Promise<unknown>, () => Promise<unknown>];

/** A response without the parts that differ in every response: addresses, tickets, ids and times. */
function normaliseAnswer({ status, headers, text }: Pick<Shown, "status" | "headers" | "text">): string {
  const names = [...headers].filter(([name]) => name !== "date").map(([name, value]) => `${name}: ${value}`);
  const body = text
    .replace(/[\w.+-]+@mail\.example/g, "(address)")
    .replace(/"[\w-]{43}"/g, '"(ticket)"')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "(time)")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "(id)");
  return [status, ...names.map((line) => line.replace(/^content-length: .*/, "content-length")), body].join("\n");
}

/** Both answers look the same, byte for byte. */
async function expectIdenticalAnswers(...requests: (() => Promise<Pick<Shown, "status" | "headers" | "text">>)[]): Promise<string> {
  const shown = new Set<string>();
  for (const request of requests) shown.add(normaliseAnswer(await request()));
  expect([...shown]).toHaveLength(1);
  return [...shown][0] ?? "";
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
const measureMs = async (work: () => Promise<unknown>) => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};

/** Interleaved pairs: the middle one differs by less than two trivial requests of the same run, or a fifth. Best of three, on machines that do more. */
async function expectSimilarTiming(pairs: readonly Pair[], trivial: () => Promise<unknown>): Promise<void> {
  const third = Math.ceil(pairs.length / 3);
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const [differences, all, base]: [number[], number[], number[]] = [[], [], []];
    for (const [index, [one, other]] of pairs.slice(round * third, (round + 1) * third).entries()) {
      const first = await measureMs(index % 2 ? one : other);
      const second = await measureMs(index % 2 ? other : one);
      differences.push(index % 2 ? first - second : second - first);
      all.push(first, second);
      base.push(await measureMs(trivial));
    }
    ratios.push(Math.abs(median(differences)) / Math.max(median(base), median(all) / 10));
  }
  expect(Math.min(...ratios)).toBeLessThan(2);
}

describe("identical answers", () => {
  it("EN-01 EN-04 EN-12 log in - wrong password of a user, a suspended user, an unfinished sign-up, an unknown address - the same answer", async () => {
    const { email } = await fixture.signUpPerson();
    const answer = await expectIdenticalAnswers(
      ...[email, uniqueEmail(), fixture.suspended.email, fixture.pending].map((one) => () => attempt.logIn(fixture.a.client, one, WRONG)),
      () => attempt.logIn(fixture.a.client, fixture.pending, PASSWORD),
    );
    expect(answer).toContain("INVALID_CREDENTIALS");
    expect(answer).not.toMatch(/set-cookie|ratelimit|retry-after/i);
    const right = await attempt.logIn(fixture.a.client, fixture.suspended.email, PASSWORD);
    expect(outcomeOf(right)).toBe("ACCOUNT_SUSPENDED");
  });

  it("EN-01 log in - limited after five wrong passwords, registered and unknown address - same outcome", async () => {
    const { email } = await fixture.signUpPerson();
    const unknownEmail = uniqueEmail();
    const client = (address: string) => fixture.a.client.with({ address });
    for (let guess = 0; guess < 5; guess++) {
      await attempt.logIn(client("203.0.113.1"), email, WRONG);
      await attempt.logIn(client("203.0.113.2"), unknownEmail, WRONG);
    }
    await fixture.gateway.clock.whileFrozen(async () => {
      const one = outcomeOf(await attempt.logIn(client("203.0.113.1"), email, PASSWORD));
      const other = outcomeOf(await attempt.logIn(client("203.0.113.2"), unknownEmail, PASSWORD));
      expect([one, other]).toEqual(["TOO_MANY_ATTEMPTS", "TOO_MANY_ATTEMPTS"]);
    });
  });

  it("EN-07 EN-12 sign up, resend, forgotten password - known, unknown, unfinished, suspended - the same answer", async () => {
    const { email } = await fixture.signUpPerson();
    const everybody = [email, uniqueEmail(), fixture.pending, fixture.suspended.email];
    await expectIdenticalAnswers(...everybody.map((one) => () => attempt.signUp(fixture.a.client, one)));
    await expectIdenticalAnswers(...everybody.map((one) => () => attempt.resend(fixture.a.client, one)));
    await expectIdenticalAnswers(...everybody.map((one) => () => attempt.forgot(fixture.a.client, one)));
  });

  it("EN-06 EN-12 invite and change handle - registered and unknown address - the same answer", async () => {
    const { email } = await fixture.signUpPerson();
    const host = await fixture.signUpPerson();
    const input = (one: string) => ({ input: { handle: { email: one } } });
    await expectIdenticalAnswers(...[email, uniqueEmail()].map((one) => () => host.client.run(InviteDocument, input(one))));
    await expectIdenticalAnswers(...[email, uniqueEmail()].map((one) => () => host.client.run(ChangeHandleDocument, input(one))));
  });

  it("EN-10 wrong codes - known and unknown handle, at every operation that takes one - the same answer", async () => {
    const { email } = await fixture.signUpPerson();
    await attempt.forgot(fixture.a.client, email);
    const all = [email, uniqueEmail(), fixture.pending];
    await expectIdenticalAnswers(...all.map((one) => () => attempt.complete(fixture.a.client, one, "000000")));
    await expectIdenticalAnswers(...all.map((one) => () => attempt.reset(fixture.a.client, one, "000000", "a new long password")));
    const input = (one: string) => ({ input: { handle: { email: one }, code: "00000000", password: PASSWORD } });
    const answer = await expectIdenticalAnswers(...all.map((one) => () => fixture.a.client.run(AcceptInvitationDocument, input(one))));
    expect(answer).not.toMatch(/attempt|remaining|left/i);
  });

  it("EN-14 application keys - unknown, suspended, deleted - the same answer; of another kind or none - refused alike", async () => {
    const { gateway } = fixture;
    const suspended = await gateway.createApplication("Suspended", "general.status=SUSPENDED");
    const gone = await gateway.createApplication("Gone");
    await gateway.query("DELETE FROM applications WHERE id = ?", [gone.id]);
    const logInWith = (key: string | undefined) => attempt.logIn(gateway.client(key), fixture.u1.email, PASSWORD);
    const keys = [`lk_app_${"A".repeat(22)}`, suspended.appKey, gone.appKey];
    expect(await expectIdenticalAnswers(...keys.map((key) => () => logInWith(key)))).toMatch(/^401\n/);
    // Outside production the message names the kind of the credential, never whether it exists.
    for (const key of ["nonsense", undefined, fixture.a.secretKey])
      expect(normaliseAnswer(await logInWith(key))).toMatch(/^401\n[\s\S]*"UNAUTHENTICATED"/);
  });

  it("EN-15 sign up - common password, wrong metadata, malformed - same rejection for known and unknown, before any lookup", async () => {
    const { email } = await fixture.signUpPerson();
    await fixture.expectUnchanged(async () => {
      for (const [password, more] of [
        ["password1234", {}],
        [PASSWORD, { metadata: { nothing: 1 } }],
        [PASSWORD, { metadata: "x" }],
        ["", {}],
      ] as const) {
        const answer = await expectIdenticalAnswers(
          ...[email, uniqueEmail()].map((one) => () => attempt.signUp(fixture.a.client, one, password, more)),
        );
        expect(answer).toMatch(/PASSWORD_REFUSED|METADATA_REFUSED|BAD_USER_INPUT/);
      }
    });
  });
});

describe("similar response times", () => {
  let slowHashGateway: TestGateway;
  let application: TestApplication;
  let known: string[];
  beforeAll(async () => {
    // A hash that is left out must show.
    slowHashGateway = await TestGateway.start({ environment: { BCRYPT_COST: "8", HASH_WORKERS: "1" } });
    application = await slowHashGateway.createApplication("Blue Heron", "signUp.flow=NONE");
    known = Array.from({ length: 48 }, () => uniqueEmail("known-"));
    for (const email of known) await attempt.signUp(application.client, email);
    await slowHashGateway.configure(application.id, "signUp.flow=CODE");
  });
  afterAll(() => slowHashGateway.stop());
  const trivial = () => application.client.post({ query: "{ application { id } }" });
  const pairsOf = (run: (email: string) => Promise<unknown>) =>
    known.map((email) => [() => run(email), () => run(uniqueEmail("unknown-"))] as const);

  it("EN-01 log in - known and unknown addresses - take equally long", async () => {
    await expectSimilarTiming(
      pairsOf((email) => attempt.logIn(application.client, email, WRONG)),
      trivial,
    );
  });

  it("EN-09 log in - wrong password, with and without a second factor - take equally long", async () => {
    const half = known.slice(0, known.length / 2);
    for (const email of half)
      await slowHashGateway.query(
        "INSERT INTO second_factors (application_id, user_id, id, method, state, last_step, attempts, enrolled_at) SELECT application_id, id, id, 'TOTP', 'ACTIVE', 0, 0, created_at FROM users WHERE email = ?",
        [email],
      );
    expect(outcomeOf(await attempt.logIn(application.client, half[0] ?? "", PASSWORD))).toBe("SecondFactorRequired");
    const guess = (email = "") => attempt.logIn(application.client, email, WRONG);
    const pairs = half.map((email, index): Pair => [() => guess(email), () => guess(known[half.length + index])]);
    await expectSimilarTiming(pairs, trivial);
    await slowHashGateway.query("DELETE FROM second_factors");
  });

  it("EN-02 EN-03 forgotten password and sign-up - known and unknown addresses - take equally long", async () => {
    await expectSimilarTiming(
      pairsOf((email) => attempt.forgot(application.client, email)),
      trivial,
    );
    await expectSimilarTiming(
      pairsOf((email) => attempt.signUp(application.client, email)),
      trivial,
    );
  });

  it("EN-06 invite - known and unknown addresses - take equally long", async () => {
    const { data } = await attempt.logIn(application.client, known[0] ?? "", PASSWORD);
    if (data?.logIn.__typename !== "LoggedIn") throw new Error("refused");
    const inviter = application.client.with({ token: data.logIn.sessionToken });
    const invite = async (email: string) => {
      await slowHashGateway.query("DELETE FROM throttle_buckets");
      return await inviter.run(InviteDocument, { input: { handle: { email } } });
    };
    await expectSimilarTiming(pairsOf(invite), trivial);
  });

  it("EN-16 log in - more concurrent requests than the hash queue accepts - known and unknown addresses are rejected equally often", async () => {
    const emails = known.flatMap((email) => [email, uniqueEmail("unknown-")]);
    const outcomes = await Promise.all(emails.map(async (email) => outcomeOf(await attempt.logIn(application.client, email, WRONG))));
    const busy = (rest: number) => outcomes.filter((outcome, index) => index % 2 === rest && outcome === "UNAVAILABLE").length;
    expect(new Set(outcomes)).toEqual(new Set(["UNAVAILABLE", "INVALID_CREDENTIALS"]));
    expect(Math.abs(busy(0) - busy(1))).toBeLessThan(known.length / 4);
  });
});
