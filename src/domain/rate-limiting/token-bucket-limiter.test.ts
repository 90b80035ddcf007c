import { beforeEach, describe, expect, it } from "vitest";
import { TokenBucketLimiter } from "./token-bucket-limiter.js";

let nowMs: number;
const clock = { now: () => new Date(nowMs) };
beforeEach(() => {
  nowMs = Date.parse("2031-01-01T00:00:00.000Z");
});
const consumeTimes = (limiter: TokenBucketLimiter, count: number, key = "a") => Array.from({ length: count }, () => limiter.consume(key));

describe("token bucket", () => {
  it.each([
    [1, 1],
    [3, 30],
    [30, 60],
    [10 / 60, 10],
  ])("refill of %d a second, capacity %i - full bucket - permits its capacity at once, then states the wait", (refillPerSecond, burst) => {
    const limiter = new TokenBucketLimiter({ refillPerSecond, burst }, clock);
    expect(consumeTimes(limiter, burst)).toEqual(Array(burst).fill(0));
    const waitSeconds = Math.max(1, Math.ceil(1 / refillPerSecond));
    expect([limiter.peek("a"), ...consumeTimes(limiter, 3)]).toEqual(Array(4).fill(waitSeconds));
    nowMs += waitSeconds * 1000;
    expect(limiter.consume("a")).toBe(0);
  });

  it.each([
    [999, 1],
    [1000, 0],
    [-3_600_000, 1],
  ])("empty bucket of one token a second - clock moved by %i ms - wait of %i s", (movedMs, expected) => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 1, burst: 2 }, clock);
    consumeTimes(limiter, 2);
    nowMs += movedMs;
    expect(limiter.consume("a")).toBe(expected);
  });

  it("rejected attempts - hundreds of them - do not postpone the refill", () => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 1, burst: 1 }, clock);
    limiter.consume("a");
    for (let tenth = 1; tenth < 10; tenth++) {
      nowMs += 100;
      consumeTimes(limiter, 50);
    }
    nowMs += 101;
    expect(limiter.consume("a")).toBe(0);
  });

  it("idle bucket - for years - holds no more than its capacity", () => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 30, burst: 5 }, clock);
    limiter.consume("a");
    nowMs += 10 * 365 * 86_400_000;
    expect(consumeTimes(limiter, 7)).toEqual([0, 0, 0, 0, 0, 1, 1]);
  });

  it("clock set back an hour - full bucket and empty one - neither gains nor is blocked for an hour", () => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 1, burst: 2 }, clock);
    consumeTimes(limiter, 2);
    nowMs -= 3_600_000;
    expect(limiter.consume("a")).toBe(1);
    nowMs += 1000;
    expect(limiter.consume("a")).toBe(0);
  });

  it("peek - repeated - consumes nothing", () => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 1, burst: 1 }, clock);
    expect([limiter.peek("a"), limiter.peek("a"), limiter.consume("a"), limiter.peek("a")]).toEqual([0, 0, 0, 1]);
  });

  it.each(["b", "A", "a ", "", "__proto__", "constructor"])("keys - %j beside an exhausted bucket - has its own bucket", (key) => {
    const limiter = new TokenBucketLimiter({ refillPerSecond: 1, burst: 1 }, clock);
    consumeTimes(limiter, 2);
    expect(limiter.consume(key)).toBe(0);
    expect(limiter.consume(key)).toBe(1);
  });
});
