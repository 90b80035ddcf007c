import { describe, expect, it } from "vitest";
import { addSeconds } from "../../platform/clock.js";
import { type BucketState, type ConsumeResult, consumeOne, emptyState, refundOne } from "./rate-limit-bucket.js";
import { type RateLimit, type RateLimitName, rateLimits } from "./rate-limits.js";

const START = new Date("2031-01-01T00:00:00.000Z");
const at = (seconds: number) => addSeconds(START, seconds);
const waitOf = ({ retryAfterSeconds }: ConsumeResult) => retryAfterSeconds;
const limits: [RateLimitName, RateLimit][] = Object.entries(rateLimits) as never;

/** A counter whose clock and limit are given. */
class Counter {
  state: BucketState = emptyState(START);
  constructor(private readonly limit: RateLimit) {}

  consume(seconds: number): ConsumeResult {
    const result = consumeOne(this.state, this.limit, at(seconds));
    this.state = result.after;
    return result;
  }

  /** Waits reported for `count` attempts at one moment. */
  consumeTimes(count: number, seconds: number): number[] {
    return Array.from({ length: count }, () => waitOf(this.consume(seconds)));
  }
}
const fixed = (attempts: number, windowSeconds: number, seconds?: number): RateLimit => ({
  ...{ attempts, windowSeconds, onSuccess: "refund", isEnforced: true, description: "" },
  backoff: { kind: "fixed", ...(seconds === undefined ? {} : { seconds }) },
});
const firstBlockSeconds = ({ backoff, windowSeconds }: RateLimit) =>
  backoff.kind === "exponential" ? backoff.initialSeconds : (backoff.seconds ?? windowSeconds);

describe("every limit", () => {
  it.each(limits)("%s - attempts at one moment - are permitted up to the limit, then blocked until the first block ends", (_, limit) => {
    const counter = new Counter(limit);
    const blockSeconds = firstBlockSeconds(limit);
    expect(counter.consumeTimes(limit.attempts + 2, 0)).toEqual([...Array(limit.attempts).fill(0), blockSeconds, blockSeconds]);
    expect(waitOf(counter.consume(blockSeconds - 0.001))).toBe(1);
    expect(waitOf(counter.consume(blockSeconds))).toBe(0);
  });

  it.each(limits)("%s - attempts during the block - neither extend it nor are counted", (_, limit) => {
    const counter = new Counter(limit);
    counter.consumeTimes(limit.attempts, 0);
    const blocked = counter.state;
    counter.consumeTimes(20, firstBlockSeconds(limit) / 2);
    expect(counter.state).toEqual(blocked);
  });

  it.each(limits)("%s - one attempt less than the limit - blocks nothing, and the window ends on time", (_, limit) => {
    const counter = new Counter(limit);
    counter.consumeTimes(limit.attempts - 1, 0);
    expect(counter.state.blockedUntil).toBeNull();
    expect(counter.consumeTimes(limit.attempts, limit.windowSeconds)).toEqual(Array(limit.attempts).fill(0));
  });
});

describe("table of limits", () => {
  it.each(limits)("%s - its values - are positive and consistent", (_, {
    attempts,
    windowSeconds,
    backoff,
    alertAtPercent = [],
    description,
  }) => {
    for (const value of [attempts, windowSeconds]) expect(Number.isInteger(value) && value > 0).toBe(true);
    if (backoff.kind === "exponential") {
      expect(backoff.initialSeconds).toBeLessThanOrEqual(backoff.maxSeconds);
      expect(backoff.resetAfterSeconds).toBeGreaterThan(backoff.maxSeconds);
    }
    for (const percent of alertAtPercent) expect(percent > 0 && percent <= 100).toBe(true);
    expect(description).toMatch(/^[A-Z].*\.$/);
  });

  it("limits that are only recorded - all of them - are these", () => {
    const recorded = limits.filter(([, { isEnforced }]) => !isEnforced).map(([name]) => name);
    expect(recorded).toEqual(["codesOfApplication", "numberOfAccount", "guessingNotices"]);
  });

  // The narrower source is exhausted first, so that guesses from one network or device cannot exhaust what other clients need.
  it.each<[RateLimitName, RateLimitName]>([
    ["logInFromNetwork", "logInFromStrangersHourly"],
    ["logInFromStrangersHourly", "logInFromStrangersDaily"],
    ["logInFromStrangersHourly", "logInConsecutive"],
    ["passwordInSession", "passwordInSessions"],
    ["failuresFromNetwork", "failuresFromNetworkHourly"],
    ["failuresFromNetworkHourly", "failuresFromSite"],
    ["codesOfStrangers", "codesOfAccount"],
    ["codesOfTicket", "codesOfAccount"],
    ["secondFactorConsecutive", "secondFactorDaily"],
    ["secondFactorDaily", "secondFactorSuspension"],
    ["recoveryCodesHourly", "recoveryCodesDaily"],
    ["sendsQuarterHourly", "sendsToRecipientHourly"],
    ["sendsToRecipientHourly", "sendsToRecipientDaily"],
    ["invitationsHourly", "invitationsDaily"],
    ["smsToNumberMinutely", "smsToNumberHourly"],
    ["smsToNumberHourly", "smsToNumberDaily"],
    ["smsToPrefixHourly", "smsToPrefixDaily"],
    ["smsToPrefixDaily", "smsClaimsOfApplicationDaily"],
    ["smsClaimsOfApplicationDaily", "smsOfApplicationDaily"],
    ["smsOfApplicationDaily", "smsClaimsDaily"],
    ["smsClaimsDaily", "smsDaily"],
  ])("%s - is lower than %s", (narrow, wide) => {
    expect(rateLimits[narrow].attempts).toBeLessThan(rateLimits[wide].attempts);
  });

  // NIST SP 800-63B section 3.2.2: no more than 100 consecutive failed attempts on one account.
  it("consecutive failures of one account - passwords and second factors - are at most 100", () => {
    for (const name of ["logInConsecutive", "secondFactorSuspension"] as const)
      expect(rateLimits[name]).toMatchObject({ attempts: 100, onSuccess: "reset" });
  });
});

describe("blocks", () => {
  it("exponential - a failure after each block - doubles up to the maximum", () => {
    const counter = new Counter(rateLimits.logInFromNetwork);
    counter.consumeTimes(5, 0);
    const waits: number[] = [];
    let seconds = 0;
    for (let round = 0; round < 7; round++) {
      waits.push(waitOf(counter.consume(seconds)));
      seconds += waits.at(-1) ?? 0;
      expect(waitOf(counter.consume(seconds))).toBe(0);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900]);
  });

  it("exponential - thousands of failures - the block stays at the maximum", () => {
    const counter = new Counter(rateLimits.logInFromNetwork);
    counter.state = { ...emptyState(START), count: 5000, windowEndsAt: at(60) };
    counter.consume(0);
    expect(waitOf(counter.consume(0))).toBe(900);
  });

  it("exponential - no failure for a day after the block - starts again with all attempts", () => {
    const counter = new Counter(rateLimits.logInFromNetwork);
    counter.consumeTimes(5, 0);
    expect(counter.consumeTimes(6, 86_400)).toEqual([0, 0, 0, 0, 0, 30]);
  });

  it("fixed without a duration - ends with the window in which the attempts were counted", () => {
    const counter = new Counter(fixed(3, 600));
    counter.consumeTimes(1, 0);
    counter.consumeTimes(2, 500);
    expect(waitOf(counter.consume(500))).toBe(100);
    expect(counter.consumeTimes(4, 600)).toEqual([0, 0, 0, 600]);
  });

  it("fixed with a duration - outlasts the window", () => {
    const counter = new Counter(fixed(3, 600, 900));
    counter.consumeTimes(3, 599);
    expect([waitOf(counter.consume(600)), waitOf(counter.consume(1498)), waitOf(counter.consume(1499))]).toEqual([899, 1, 0]);
  });

  const passwords: RateLimitName[] = ["logInFromStrangersHourly", "logInFromStrangersDaily", "logInConsecutive"];
  const secondFactors: RateLimitName[] = ["secondFactorConsecutive", "secondFactorDaily", "secondFactorSuspension"];
  // The greatest numbers that sources with many addresses can check against one account, and the longest wait.
  it.each([
    ["passwords, 300 at once", passwords, 1, 300, 60, 20, 3600],
    ["passwords, 300 at once every twenty hours for a month", passwords, 30, 300, 72_000, 100, 30 * 86_400],
    ["passwords, one a minute for a day", passwords, 1439, 1, 60, 100, 30 * 86_400],
    ["second factor codes, one every quarter of an hour for a day", secondFactors, 92, 1, 900, 30, 86_400],
    ["second factor codes, one every 62 minutes for ten weeks", secondFactors, 1600, 1, 3720, 100, 10 * 365 * 86_400],
  ] as const)("%s - are checked no more often than permitted", (_, names, bursts, burst, pauseSeconds, expected, longestSeconds) => {
    const counters = names.map((name) => ({ limit: rateLimits[name] as RateLimit, state: emptyState(START) }));
    let checked = 0;
    let longestWait = 0;
    for (let index = 0; index < bursts * burst; index++) {
      const now = at(Math.floor(index / burst) * pauseSeconds);
      const results = counters.map(({ state, limit }) => consumeOne(state, limit, now));
      const wait = Math.max(...results.map(waitOf));
      longestWait = Math.max(longestWait, wait);
      if (wait > 0) continue;
      checked++;
      for (const [place, counter] of counters.entries()) counter.state = results[place]?.after ?? counter.state;
    }
    expect(checked).toBe(expected);
    expect(longestWait).toBeLessThanOrEqual(longestSeconds);
  });
});

describe("clock set back", () => {
  it.each([1, 3600, 365 * 86_400])("by %i seconds - during a block - the block keeps its remaining length", (seconds) => {
    const counter = new Counter(rateLimits.logInFromNetwork);
    counter.consumeTimes(5, 0);
    expect(waitOf(counter.consume(-seconds))).toBe(30);
    expect(waitOf(counter.consume(-seconds + 29))).toBe(1);
    expect(waitOf(counter.consume(-seconds + 30))).toBe(0);
  });

  it("by an hour - before the limit - the counted attempts remain, and the window keeps its length", () => {
    const counter = new Counter(fixed(3, 600));
    counter.consumeTimes(2, 0);
    expect(counter.consumeTimes(2, -3600)).toEqual([0, 600]);
  });
});

describe("refunds", () => {
  const limit = fixed(3, 600);
  const states = (count: number) => {
    const counter = new Counter(limit);
    return Array.from({ length: count }, () => counter.consume(0));
  };

  it("refund of the last permitted attempt - lifts the block it started", () => {
    const [, , last] = states(3) as [ConsumeResult, ConsumeResult, ConsumeResult];
    expect(refundOne(last.after, limit, last)).toMatchObject({ count: 2, blockedUntil: null });
    expect(refundOne(last.after, limit, null)).toMatchObject({ count: 2, blockedUntil: null });
  });

  it("refund of an empty counter - stays at zero", () => {
    expect(refundOne(emptyState(START), limit, null)).toEqual(emptyState(START));
  });

  it("refund above the limit - of an attempt that started no block - keeps the block of another", () => {
    const blocked: BucketState = { count: 5, windowEndsAt: at(600), blockedUntil: at(600), countedAt: START };
    const other: ConsumeResult = { before: emptyState(START), after: { ...blocked, blockedUntil: at(30) }, retryAfterSeconds: 0 };
    for (const taken of [other, null]) expect(refundOne(blocked, limit, taken)).toMatchObject({ count: 4, blockedUntil: at(600) });
  });

  it("refund above the limit - of the attempt that started the block - restores the block before it", () => {
    const before: BucketState = { count: 4, windowEndsAt: at(600), blockedUntil: at(30), countedAt: START };
    const after: BucketState = { ...before, count: 5, blockedUntil: at(60) };
    expect(refundOne(after, limit, { before, after, retryAfterSeconds: 0 })).toMatchObject({ count: 4, blockedUntil: at(30) });
  });
});
