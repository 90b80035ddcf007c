import type { Logger } from "pino";
import type { Clock } from "../../platform/clock.js";
import type { Keyring } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { AuditLog } from "../audit/index.js";
import { inApplication, internalContext, type RequestContext } from "../request-context.js";
import type { ConsumeResult } from "./rate-limit-bucket.js";
import type { RateLimitBucket, RateLimitBucketRepository, Settlement } from "./rate-limit-bucket.repository.js";
import { type RateLimit, type RateLimitName, rateLimits } from "./rate-limits.js";

/** A limit and what it is counted for, e.g. an account and a network. */
export interface RateLimitKey {
  readonly limit: RateLimitName;
  /** Omitted for limits shared by all applications. */
  readonly applicationId?: string;
  readonly parts: readonly string[];
  /** Overrides the limit's number of attempts, where it is a setting. */
  readonly attempts?: number;
}
/** Attempts counted before the check and not settled yet. */
interface Reservation {
  readonly keys: readonly RateLimitKey[];
  readonly buckets: readonly RateLimitBucket[];
  readonly results: readonly ConsumeResult[];
}
type Reserved = { readonly kind: "consumed"; readonly reservation: Reservation; readonly exhausted: readonly RateLimitName[] };
export type Limited<Outcome> = Outcome | Failure;

/** application_id of limits shared by all applications. */
const ALL_APPLICATIONS = "gateway";
/** How often a rejected attempt is retried while concurrent attempts of the same keys are being checked. */
const MAX_CONSUME_ATTEMPTS = 20;
/** Longest wait that is reported to clients, in seconds. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Rate limits for credentials and messages: counted before the check, equal for handles with and without an account. */
export class RateLimiter {
  /** Attempts of this process that are being checked, by bucket: they may still be refunded. */
  private readonly inFlight = new Map<string, Set<Promise<unknown>>>();

  constructor(
    private readonly store: RateLimitBucketRepository,
    private readonly keyring: Keyring,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /**
   * Counts an attempt for every key, runs `work`, and settles: a success resets or refunds according to each limit, a failure remains
   * counted, and an exception refunds everything because the server failed. `work` receives the limits that this attempt exhausted.
   * Without `isSuccess` no outcome counts as a success.
   */
  async limited<Outcome>(
    context: RequestContext,
    keys: readonly RateLimitKey[],
    work: (exhausted: readonly RateLimitName[]) => Promise<Outcome>,
    isSuccess: (outcome: Outcome) => boolean = () => false,
  ): Promise<Limited<Outcome>> {
    const consumed = await this.consumeOrAwaitRunning(context, keys);
    if (consumed.kind === "failure") return consumed;
    const { reservation, exhausted } = consumed;
    const running = (async () => {
      try {
        const outcome = await work(exhausted);
        if (isSuccess(outcome)) await this.settleSuccess(reservation);
        return outcome;
      } catch (error) {
        await this.refundReservation(reservation);
        throw error;
      }
    })();
    this.trackInFlight(reservation, running);
    return await running;
  }

  /** Counts one attempt for each key. When a limit is exhausted, nothing is counted and the failure states the wait. */
  async consume(context: RequestContext, keys: readonly RateLimitKey[]): Promise<Reserved | Failure> {
    const buckets = keys.map((key) => this.bucketFor(key));
    const results = await this.store.consume(buckets, this.clock.now());
    const enforcedWaits = results.filter(({ retryAfterSeconds }, index) => retryAfterSeconds > 0 && buckets[index]?.limit.isEnforced);
    const longestWaitSeconds = Math.max(0, ...enforcedWaits.map(({ retryAfterSeconds }) => retryAfterSeconds));
    if (longestWaitSeconds > 0)
      return failure("TOO_MANY_ATTEMPTS", { retryAfterSeconds: Math.min(longestWaitSeconds, MAX_RETRY_AFTER_SECONDS) });
    await this.reportThresholds(keys, buckets, results);
    const exhausted = keys.filter((_, index) => startedBlock(results[index])).map(({ limit }) => limit);
    return { kind: "consumed", reservation: { keys, buckets, results }, exhausted: await this.auditExhausted(context, exhausted, keys) };
  }

  /** Refunds one attempt per key, e.g. of a message whose code was verified. */
  async refund(keys: readonly RateLimitKey[]): Promise<void> {
    await this.settleKeys(keys, "refund");
  }

  /** Resets the counters. */
  async reset(keys: readonly RateLimitKey[]): Promise<void> {
    await this.settleKeys(keys, "reset");
  }

  /** True while a limit is exhausted. */
  async isExhausted(key: RateLimitKey): Promise<boolean> {
    const now = this.clock.now();
    const { blockedUntil } = await this.store.peek(this.bucketFor(key), now);
    return blockedUntil !== null && blockedUntil > now;
  }

  /** Of these keys, the enforced limits that are exhausted now, without counting an attempt. */
  async listWaits(keys: readonly RateLimitKey[]): Promise<{ limit: RateLimitName; endsAt: Date }[]> {
    const now = this.clock.now();
    const waits = keys.map(async (key) => {
      const bucket = this.bucketFor(key);
      const { blockedUntil: endsAt } = await this.store.peek(bucket, now);
      return bucket.limit.isEnforced && endsAt !== null && endsAt > now ? [{ limit: key.limit, endsAt }] : [];
    });
    return (await Promise.all(waits)).flat();
  }

  /** Concurrent attempts that will be refunded can exhaust a shared limit: wait for them before rejecting. */
  private async consumeOrAwaitRunning(context: RequestContext, keys: readonly RateLimitKey[]): Promise<Reserved | Failure> {
    for (let attempt = 1; ; attempt++) {
      const consumed = await this.consume(context, keys);
      if (consumed.kind === "consumed" || attempt > MAX_CONSUME_ATTEMPTS) return consumed;
      const runningChecks = keys.flatMap((key) => [...(this.inFlight.get(this.bucketFor(key).key) ?? [])]);
      if (runningChecks.length === 0) return consumed;
      await Promise.race(runningChecks).catch(() => {});
    }
  }

  private trackInFlight({ buckets }: Reservation, running: Promise<unknown>): void {
    for (const { key, limit } of buckets) {
      if (limit.onSuccess !== "refund") continue;
      const checks = this.inFlight.get(key) ?? new Set();
      this.inFlight.set(key, checks.add(running));
      const untrack = () => {
        checks.delete(running);
        if (checks.size === 0) this.inFlight.delete(key);
      };
      running.then(untrack, untrack);
    }
  }

  private async settleKeys(keys: readonly RateLimitKey[], kind: Settlement["kind"]): Promise<void> {
    const settlements = keys.map((key) => ({ bucket: this.bucketFor(key), kind, taken: null }));
    await this.store.settle(settlements, this.clock.now());
  }

  private async settleSuccess({ buckets, results }: Reservation): Promise<void> {
    const settlements = buckets.flatMap((bucket, index): Settlement[] => {
      const { onSuccess } = bucket.limit;
      const result = results[index] ?? null;
      return onSuccess === "none" ? [] : [{ bucket, taken: result, kind: onSuccess === "reset" ? "reset" : "refund" }];
    });
    if (settlements.length > 0) await this.store.settle(settlements, this.clock.now());
  }

  private async refundReservation({ buckets, results }: Reservation): Promise<void> {
    const settlements = buckets.map((bucket, index) => ({ bucket, kind: "refund", taken: results[index] ?? null }) as const);
    // The database itself may have failed; the caller must receive the original error.
    await this.store.settle(settlements, this.clock.now()).catch(() => {});
  }

  private async auditExhausted(
    context: RequestContext,
    exhausted: RateLimitName[],
    keys: readonly RateLimitKey[],
  ): Promise<readonly RateLimitName[]> {
    const audited = exhausted.filter((name) => rateLimits[name].attempts > 3 && rateLimits[name].onSuccess !== "none");
    if (audited.length === 0) return exhausted;
    const applicationId = keys.find((key) => key.applicationId)?.applicationId ?? ALL_APPLICATIONS;
    await this.audit.failure(inApplication(context, { id: applicationId }), "THROTTLE_TRIPPED", { limits: audited });
    return exhausted;
  }

  /** Logs and audits an alert when the count reaches a threshold of the limit. */
  private async reportThresholds(
    keys: readonly RateLimitKey[],
    buckets: readonly RateLimitBucket[],
    results: readonly ConsumeResult[],
  ): Promise<void> {
    for (const [index, { limit: name, applicationId = ALL_APPLICATIONS }] of keys.entries()) {
      const { limit } = buckets[index] ?? {};
      const used = results[index]?.after.count;
      const percent = limit?.alertAtPercent?.findLast((threshold) => used === Math.ceil((limit.attempts * threshold) / 100));
      if (percent === undefined || !limit) continue;
      const details = { limit: name, percent, attempts: limit.attempts };
      this.log.warn({ applicationId, ...details }, "rate limit threshold reached");
      await this.audit.failure(inApplication(internalContext("GATEWAY"), { id: applicationId }), "BUDGET_ALARM", details);
    }
  }

  private bucketFor({ limit: name, applicationId = ALL_APPLICATIONS, parts, attempts }: RateLimitKey): RateLimitBucket {
    const key = this.keyring.mac("throttle", name, applicationId, ...parts).toString("base64url");
    const limit: RateLimit = rateLimits[name];
    return { applicationId, key, limit: attempts === undefined ? limit : { ...limit, attempts } };
  }
}

const startedBlock = (result: ConsumeResult | undefined) =>
  result?.after.blockedUntil != null && result.after.blockedUntil.getTime() !== result.before.blockedUntil?.getTime();
