import { describe, expect, it } from "vitest";
import { CACHE_TTL_MS, type CacheVersion, ReadThroughCache } from "./read-through-cache.js";

const version = { value: 0 };
let now = Date.parse("2030-01-01T00:00:00Z");
const reuse = { clock: { now: () => new Date(now) }, version: version as unknown as CacheVersion };

describe("read-through cache", () => {
  it("get - within one second, without a change by this process - reads once for each key", async () => {
    const keys: string[] = [];
    const cache = new ReadThroughCache({ reuse, read: async (key) => `${key}${keys.push(key)}` });
    expect([await cache.get("a"), await cache.get("b"), await cache.get("a")]).toEqual(["a1", "b2", "a1"]);
    now += CACHE_TTL_MS - 1;
    expect(await cache.get("a")).toBe("a1");
    now += 1;
    expect(await cache.get("a")).toBe("a3");
    version.value++;
    expect(await cache.get("a")).toBe("a4");
    expect(await cache.refresh("a")).toBe("a5");
    expect(await cache.get("a")).toBe("a5");
  });

  it("get - nothing found, or no reuse - reads every time", async () => {
    let reads = 0;
    const readNothing = async () => {
      reads++;
      return null;
    };
    const missing = new ReadThroughCache({ reuse, read: readNothing });
    const coalescing = new ReadThroughCache({ read: async () => `${reads++}` });
    expect([await missing.get("a"), await missing.get("a"), await coalescing.get("a"), await coalescing.get("a")]).toEqual([
      null,
      null,
      "2",
      "3",
    ]);
  });

  it("get - concurrent - callers share a read that began after they called", async () => {
    const finish: ((value: string) => void)[] = [];
    const cache = new ReadThroughCache({ reuse, read: () => new Promise<string>((resolve) => finish.push(resolve)) });
    const first = cache.get("a");
    const later = [cache.get("a"), cache.refresh("a")];
    expect(finish).toHaveLength(1);
    finish[0]?.("before");
    expect(await first).toBe("before");
    await expect.poll(() => finish.length).toBe(2);
    finish[1]?.("after");
    expect(await Promise.all(later)).toEqual(["after", "after"]);
  });

  it("get - changed by this process while it is read - reads again for the next caller", async () => {
    let reads = 0;
    const read = async () => {
      version.value++;
      return `${reads++}`;
    };
    const cache = new ReadThroughCache({ reuse, read });
    expect([await cache.get("a"), await cache.get("a")]).toEqual(["0", "1"]);
  });

  it("get - read fails - returns the last value only when it may be stale, and throws otherwise", async () => {
    let error: Error | null = null;
    const read = async () => {
      if (error) throw error;
      return "last";
    };
    const cache = new ReadThroughCache({ read, mayServeStale: (reason) => (reason as Error).message === "down" });
    error = new Error("down");
    await expect(cache.get("a")).rejects.toThrow("down");
    error = null;
    expect(await cache.get("a")).toBe("last");
    error = new Error("down");
    expect(await cache.get("a")).toBe("last");
    error = new Error("broken");
    await expect(cache.get("a")).rejects.toThrow("broken");
    const strict = new ReadThroughCache({ reuse, read });
    await expect(strict.get("a")).rejects.toThrow("broken");
  });
});
