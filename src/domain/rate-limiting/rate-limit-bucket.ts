import { addSeconds } from "../../platform/clock.js";
import type { RateLimit } from "./rate-limits.js";

/** State of a counter for one key, e.g. an account or a network. */
export interface BucketState {
  readonly count: number;
  readonly windowEndsAt: Date;
  readonly blockedUntil: Date | null;
  /** Time of the last change. */
  readonly countedAt: Date;
}
/** State of a bucket before and after an attempt. */
export interface ConsumeResult {
  readonly before: BucketState;
  readonly after: BucketState;
  /** Seconds to wait when the bucket is blocked; 0 when the attempt was counted. */
  readonly retryAfterSeconds: number;
}

/** A bucket without counted attempts. */
export const emptyState = (now: Date): BucketState => ({ count: 0, windowEndsAt: now, blockedUntil: null, countedAt: now });

/**
 * Counts one attempt. Attempts during a block are rejected without being counted, so that further requests cannot extend it. The last
 * permitted attempt starts the block, so that concurrent attempts cannot exceed the limit.
 */
export function consumeOne(stored: BucketState, limit: RateLimit, now: Date): ConsumeResult {
  const before = alignWithClock(stored, now);
  const retryAfterSeconds = secondsBetween(now, before.blockedUntil);
  if (retryAfterSeconds > 0) return { before, after: before, retryAfterSeconds };
  const isWindowOver = before.windowEndsAt <= now;
  const count = isWindowOver ? 1 : before.count + 1;
  const windowEndsAt = isWindowOver ? addSeconds(now, limit.windowSeconds) : before.windowEndsAt;
  if (count < limit.attempts) return { before, after: { count, windowEndsAt, blockedUntil: null, countedAt: now }, retryAfterSeconds: 0 };
  return { before, after: { count, countedAt: now, ...startBlock(limit, count, windowEndsAt, now) }, retryAfterSeconds: 0 };
}

/** Refunds an attempt and removes the block it started (`taken`: null when the attempt is not known). */
export function refundOne(state: BucketState, { attempts }: RateLimit, taken: ConsumeResult | null): BucketState {
  const count = Math.max(0, state.count - 1);
  if (count < attempts) return { ...state, count, blockedUntil: null };
  const isOwnBlock = taken !== null && state.blockedUntil?.getTime() === taken.after.blockedUntil?.getTime();
  return { ...state, count, blockedUntil: isOwnBlock ? taken.before.blockedUntil : state.blockedUntil };
}

function startBlock(
  { backoff, attempts }: RateLimit,
  count: number,
  windowEndsAt: Date,
  now: Date,
): Pick<BucketState, "windowEndsAt" | "blockedUntil"> {
  if (backoff.kind === "fixed") {
    const blockedUntil = backoff.seconds === undefined ? windowEndsAt : addSeconds(now, backoff.seconds);
    return { blockedUntil, windowEndsAt: blockedUntil };
  }
  const seconds = Math.min(backoff.maxSeconds, backoff.initialSeconds * 2 ** (count - attempts));
  return { blockedUntil: addSeconds(now, seconds), windowEndsAt: addSeconds(now, backoff.resetAfterSeconds) };
}

/** When the clock was set back, stored instants are moved back too, so that a block does not become longer. */
function alignWithClock(state: BucketState, now: Date): BucketState {
  const aheadSeconds = (state.countedAt.getTime() - now.getTime()) / 1000;
  if (aheadSeconds <= 0) return state;
  const blockedUntil = state.blockedUntil && addSeconds(state.blockedUntil, -aheadSeconds);
  return { count: state.count, countedAt: now, blockedUntil, windowEndsAt: addSeconds(state.windowEndsAt, -aheadSeconds) };
}

const secondsBetween = (now: Date, until: Date | null) => (until === null ? 0 : Math.ceil((until.getTime() - now.getTime()) / 1000));
