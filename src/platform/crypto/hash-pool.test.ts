import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HashPool } from "./hash-pool.js";

const unavailable = expect.objectContaining({ code: "UNAVAILABLE" });

let pool: HashPool;
beforeEach(() => {
  pool = new HashPool(1);
});
afterEach(async () => {
  vi.useRealTimers();
  await pool.close();
});

/** Occupies the only thread until the pool is closed. */
async function occupyThread() {
  pool.admit(() => pool.hash("a password", 15)).catch(() => {});
  await vi.waitFor(() => expect(pool.queueDepth).toBe(0), { timeout: 50_000 });
}

/** Admits requests that last until `finish` is called. */
function admitUntilFull() {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const outcomes: Promise<unknown>[] = [];
  for (let count = 0; count < 70; count++) outcomes.push(pool.admit(() => finished).catch((error: unknown) => error));
  return { finish, outcomes };
}

describe("admission to the hashing queue", () => {
  it("F-03 admit - 70 requests at once, one thread - 65 are admitted, the others are rejected before they do any work", async () => {
    const { finish, outcomes } = admitUntilFull();
    const work = vi.fn(async () => {});
    await expect(pool.admit(work)).rejects.toEqual(unavailable);
    expect(work).not.toHaveBeenCalled();
    finish();
    const rejected = (await Promise.all(outcomes)).filter(Boolean);
    expect(rejected).toEqual(Array.from({ length: 5 }, () => unavailable));
    await pool.admit(work);
    expect(work).toHaveBeenCalledOnce();
  });

  it("F-03 admit - as many requests as are admitted, before a thread has started - all are hashed", async () => {
    const hashes = Array.from({ length: 65 }, () => pool.admit(() => pool.hash("a password", 4)));
    expect(await Promise.all(hashes)).toEqual(hashes.map(() => expect.stringMatching(/^\$2b\$04\$/)));
  });

  it("F-03 admit - hashes take two and a half seconds - three requests are admitted, which can be answered in time", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    // Still running when the queue is next looked at.
    const slow = pool.hash("a password", 13);
    await vi.waitFor(() => expect(pool.queueDepth).toBe(0), { timeout: 50_000 });
    vi.advanceTimersByTime(2500);
    await slow;
    const { finish, outcomes } = admitUntilFull();
    finish();
    expect((await Promise.all(outcomes)).filter((outcome) => outcome === undefined)).toHaveLength(3);
  });
});

describe("jobs that nobody waits for", () => {
  it("F-03 verify - client gone while the job waits - is dropped, later jobs are computed", async () => {
    const running = pool.hash("a password", 10);
    let isGone = false;
    const abandoned = pool.verify("a password", null, [4], () => isGone).catch((error: unknown) => error);
    const waiting = pool.hash("a password", 4);
    isGone = true;
    await running;
    expect(await abandoned).toEqual(unavailable);
    expect(await waiting).toMatch(/^\$2b\$04\$/);
  });

  it("F-03 admit - full of requests whose clients have gone - drops their jobs at once", async () => {
    await occupyThread();
    const jobs = Array.from({ length: 64 }, () => pool.admit(() => pool.verify("a password", null, [4], () => true)));
    const outcomes = Promise.allSettled(jobs);
    expect(pool.queueDepth).toBe(64);
    await expect(pool.admit(async () => {})).rejects.toEqual(unavailable);
    expect(pool.queueDepth).toBe(0);
    expect(new Set((await outcomes).map(({ status }) => status))).toEqual(new Set(["rejected"]));
  });

  it("F-03 verify - waits for eight seconds - is dropped", async () => {
    await occupyThread();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const waiting = pool.verify("a password", null, [4], () => false).catch((error: unknown) => error);
    vi.advanceTimersByTime(7999);
    expect(pool.queueDepth).toBe(1);
    vi.advanceTimersByTime(1);
    expect(pool.queueDepth).toBe(0);
    expect(await waiting).toEqual(unavailable);
  });
});
