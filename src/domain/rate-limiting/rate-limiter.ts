import type { Logger } from "pino";
import type { Clock } from "../../platform/clock.js";
import type { Keyring } from "../../platform/crypto/index.js";
import { type Failure, failure } from "../../platform/errors/index.js";
import type { AuditLog } from "../audit/index.js";
import { inApplication, internalContext, type RequestContext } from "../request-context.js";
import type { ConsumeResult } from "./rate-limit-bucket.js";
import type { RateLimitBucket, RateLimitBucketRepository, Settlement } from "./rate-limit-bucket.repository.js";
import { type RateLimit, type RateLimitName, rateLimits } from "./rate-limits.js";

/** What a budget is counted for, e.g. an account and a network. */
export interface RateLimitKey {
  readonly limit: RateLimitName;
  /** Left out for what all applications share. */
  readonly applicationId?: string;
  readonly parts: readonly string[];
  /** Where the number is a setting; else the budget's own. */
  readonly attempts?: number;
}
/** Attempts taken before the check, still to be settled. */
interface Reservation {
  readonly keys: readonly RateLimitKey[];
  readonly buckets: readonly RateLimitBucket[];
  readonly results: readonly ConsumeResult[];
}
type Reserved = { readonly kind: "consumed"; readonly reservation: Reservation; readonly exhausted: readonly RateLimitName[] };
export type Limited<Outcome> = Outcome | Failure;

/** Applications' ids are uuids, so none is called this. */
const ALL_APPLICATIONS = "gateway";
/** So often a refused attempt looks again while other attempts of its network are being checked. */
const MAX_CONSUME_ATTEMPTS = 20;
/** Waits are told in seconds, at most an hour: nobody plans for longer. */
const MAX_RETRY_AFTER_SECONDS = 3600;

/** Budgets for guessing and sending: counted before the check, the same for known and unknown handles, shared by all processes. */
export class RateLimiter {
  /** Attempts of this process that are being checked, by bucket: they may yet be given back. */
  private readonly inFlight = new Map<string, Set<Promise<unknown>>>();

  constructor(
    private readonly store: RateLimitBucketRepository,
    private readonly keyring: Keyring,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {}

  /**
   * Takes an attempt from every subject, runs `work`, and settles: a success forgets or gives back as its budget says, a failure stays
   * counted, an exception gives everything back because the server failed. `work` hears which budgets this attempt used up. By default nothing counts as a success.
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

  /** Takes one from each subject; a failure with the wait when one is used up, and nothing is taken. */
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

  /** Takes back one attempt each, e.g. of a message that was answered. */
  async refund(keys: readonly RateLimitKey[]): Promise<void> {
    await this.settleKeys(keys, "refund");
  }

  /** Forgets what was counted. */
  async reset(keys: readonly RateLimitKey[]): Promise<void> {
    await this.settleKeys(keys, "reset");
  }

  /** True while a budget is used up. */
  async isExhausted(key: RateLimitKey): Promise<boolean> {
    const now = this.clock.now();
    const { blockedUntil } = await this.store.peek(this.bucketFor(key), now);
    return blockedUntil !== null && blockedUntil > now;
  }

  /** A network's budget can be used up by neighbours whose attempts will turn out right: wait for them rather than refuse. */
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
    // The database may be what failed; the failure itself is what the caller must hear of.
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

  /** Tells those who watch when much of a budget is used up, once on the way there. */
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
