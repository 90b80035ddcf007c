import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import type { Logger } from "pino";
import { type BucketState, type ConsumeResult, emptyState } from "./rate-limit-bucket.js";
import {
  type BucketStates,
  consumeAll,
  type RateLimitBucket,
  type RateLimitStore,
  type Settlement,
  settleBucket,
} from "./rate-limit-store.js";

const PREFIX = "latchkey:throttle:";
/** Stores new values only if no other process changed one of the old ones meanwhile. */
const COMPARE_AND_SET = `
for i, key in ipairs(KEYS) do
  if (redis.call("GET", key) or "") ~= ARGV[i] then return 0 end
end
for i, key in ipairs(KEYS) do
  local value, life = ARGV[#KEYS + i], ARGV[2 * #KEYS + i]
  if value == "" then redis.call("DEL", key) else redis.call("SET", key, value, "PX", life) end
end
return 1`;
const MAX_COMPARE_AND_SET_ATTEMPTS = 200;
const COMMAND_TIMEOUT_MS = 500;
const CONNECT_TIMEOUT_MS = 1000;
/** A clock set back must still find its buckets. */
const EXPIRY_MARGIN_MS = 3600_000;
const MIN_WARNING_INTERVAL_MS = 60_000;

/** Keeps buckets in Redis, and in the database while Redis does not answer. */
export class RedisRateLimitStore implements RateLimitStore {
  private readonly redis: Redis;
  private warnedAt = 0;

  constructor(
    url: string,
    private readonly fallback: RateLimitStore,
    private readonly log: Logger,
  ) {
    this.redis = connectRedis(url);
  }

  async consume(buckets: readonly RateLimitBucket[], now: Date): Promise<readonly ConsumeResult[]> {
    const inRedis = this.compareAndSet(buckets, now, (states) => {
      const { results, next } = consumeAll(buckets, states, now);
      return { result: results, next };
    });
    return await this.withFallback(inRedis, () => this.fallback.consume(buckets, now));
  }

  async settle(settlements: readonly Settlement[], now: Date): Promise<void> {
    const buckets = settlements.map(({ bucket }) => bucket);
    const inRedis = this.compareAndSet(buckets, now, (states) => {
      return { result: undefined, next: settlements.map((settlement, index) => settleBucket(settlement, states[index] ?? null, now)) };
    });
    await this.withFallback(inRedis, () => this.fallback.settle(settlements, now));
  }

  async peek(bucket: RateLimitBucket, now: Date): Promise<BucketState> {
    const inRedis = this.redis.get(keyOf(bucket)).then((text) => parse(text) ?? emptyState(now));
    return await this.withFallback(inRedis, () => this.fallback.peek(bucket, now));
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }

  /** Reads, decides, and stores unless another process was faster: then all over again. A null state forgets the bucket. */
  private async compareAndSet<Result>(
    buckets: readonly RateLimitBucket[],
    now: Date,
    computeNext: (states: BucketStates) => { result: Result; next: BucketStates },
  ): Promise<Result> {
    if (buckets.length === 0) return computeNext([]).result;
    const keys = buckets.map(keyOf);
    for (let attempt = 1; attempt <= MAX_COMPARE_AND_SET_ATTEMPTS; attempt++) {
      const storedTexts = await this.redis.mget(keys);
      const { result, next } = computeNext(storedTexts.map(parse));
      const values = next.map((state) => (state === null ? "" : JSON.stringify(state)));
      const ttlsMs = next.map((state) => String(Math.max(0, (state?.windowEndsAt.getTime() ?? 0) - now.getTime()) + EXPIRY_MARGIN_MS));
      const expected = storedTexts.map((text) => text ?? "");
      if ((await this.redis.eval(COMPARE_AND_SET, keys.length, ...keys, ...expected, ...values, ...ttlsMs)) === 1) return result;
      await delay(attempt % 7);
    }
    throw new Error("Rate limit update abandoned after too many concurrent changes");
  }

  private async withFallback<Result>(inRedis: Promise<Result>, runFallback: () => Promise<Result>): Promise<Result> {
    try {
      return await inRedis;
    } catch (error) {
      this.warn(error);
      return await runFallback();
    }
  }

  private warn(error: unknown): void {
    const now = performance.now();
    if (this.warnedAt !== 0 && now - this.warnedAt < MIN_WARNING_INTERVAL_MS) return;
    this.warnedAt = now;
    this.log.error({ err: error }, "Redis is unavailable; rate limits fall back to the database");
  }
}

/** @throws when Redis does not answer */
export async function pingRedis(url: string): Promise<void> {
  const redis = connectRedis(url);
  try {
    await once(redis, "ready", { signal: AbortSignal.timeout(2 * CONNECT_TIMEOUT_MS) });
    await redis.ping();
  } finally {
    redis.disconnect();
  }
}

function connectRedis(url: string): Redis {
  const timeouts = { connectTimeout: CONNECT_TIMEOUT_MS, commandTimeout: COMMAND_TIMEOUT_MS };
  const redis = new Redis(url, { enableOfflineQueue: false, maxRetriesPerRequest: 0, ...timeouts });
  // Every command reports its own failure; without a listener the process would end.
  redis.on("error", () => {});
  return redis;
}

const keyOf = ({ applicationId, key }: RateLimitBucket) => `${PREFIX}${applicationId}:${key}`;

function parse(text: string | null): BucketState | null {
  if (text === null) return null;
  const { count, windowEndsAt, blockedUntil, countedAt } = JSON.parse(text) as Record<keyof BucketState, string>;
  return {
    count: Number(count),
    windowEndsAt: new Date(windowEndsAt),
    blockedUntil: blockedUntil === null ? null : new Date(blockedUntil),
    countedAt: new Date(countedAt),
  };
}
