import { addSeconds } from "../../platform/clock.js";
import type { RateLimit } from "./rate-limits.js";

/** How far a budget is used up for one account, network or other subject. */
export interface BucketState {
  readonly count: number;
  readonly windowEndsAt: Date;
  readonly blockedUntil: Date | null;
  /** When it last changed. */
  readonly countedAt: Date;
}
/** A bucket that was looked at. */
export interface ConsumeResult {
  readonly before: BucketState;
  readonly after: BucketState;
  /** Seconds to wait when nothing was taken; 0: one was. */
  readonly retryAfterSeconds: number;
}

/** Nothing used yet. */
export const emptyState = (now: Date): BucketState => ({ count: 0, windowEndsAt: now, blockedUntil: null, countedAt: now });

/**
 * Takes one attempt. Attempts made during a wait are refused without being counted: a stranger cannot make a wait longer, and it ends
 * by itself. The last free attempt begins the wait, so that of attempts made at once no more than the budget are looked at.
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

/** Takes an attempt back, and with it the wait it began (`taken`: null where it is not known). */
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

/** A clock that was set back must not make a wait longer: instants move back with it. */
function alignWithClock(state: BucketState, now: Date): BucketState {
  const aheadSeconds = (state.countedAt.getTime() - now.getTime()) / 1000;
  if (aheadSeconds <= 0) return state;
  const blockedUntil = state.blockedUntil && addSeconds(state.blockedUntil, -aheadSeconds);
  return { count: state.count, countedAt: now, blockedUntil, windowEndsAt: addSeconds(state.windowEndsAt, -aheadSeconds) };
}

const secondsBetween = (now: Date, until: Date | null) => (until === null ? 0 : Math.ceil((until.getTime() - now.getTime()) / 1000));
