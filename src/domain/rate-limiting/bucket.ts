import { addSeconds } from "../../platform/clock.js";
import type { Budget } from "./budgets.js";

/** How far a budget is used up for one account, network or other subject. */
export interface BucketState {
  readonly count: number;
  readonly windowEndsAt: Date;
  readonly blockedUntil: Date | null;
  /** When it last changed. */
  readonly countedAt: Date;
}
/** A bucket that was looked at. */
export interface Take {
  readonly before: BucketState;
  readonly after: BucketState;
  /** Seconds to wait when nothing was taken; 0: one was. */
  readonly waitSeconds: number;
}

/** Nothing used yet. */
export const emptyState = (now: Date): BucketState => ({ count: 0, windowEndsAt: now, blockedUntil: null, countedAt: now });

/**
 * Takes one attempt. Attempts made during a wait are refused without being counted: a stranger cannot make a wait longer, and it ends
 * by itself. The last free attempt begins the wait, so that of attempts made at once no more than the budget are looked at.
 */
export function takeOne(stored: BucketState, budget: Budget, now: Date): Take {
  const before = anchor(stored, now);
  const wait = secondsBetween(now, before.blockedUntil);
  if (wait > 0) return { before, after: before, waitSeconds: wait };
  const isOver = before.windowEndsAt <= now;
  const count = isOver ? 1 : before.count + 1;
  const windowEndsAt = isOver ? addSeconds(now, budget.windowSeconds) : before.windowEndsAt;
  if (count < budget.attempts) return { before, after: { count, windowEndsAt, blockedUntil: null, countedAt: now }, waitSeconds: 0 };
  return { before, after: { count, countedAt: now, ...startWait(budget, count, windowEndsAt, now) }, waitSeconds: 0 };
}

/** Takes an attempt back, and with it the wait it began (`taken`: null where it is not known). */
export function giveOneBack(state: BucketState, { attempts }: Budget, taken: Take | null): BucketState {
  const count = Math.max(0, state.count - 1);
  if (count < attempts) return { ...state, count, blockedUntil: null };
  const isItsWait = taken !== null && state.blockedUntil?.getTime() === taken.after.blockedUntil?.getTime();
  return { ...state, count, blockedUntil: isItsWait ? taken.before.blockedUntil : state.blockedUntil };
}

function startWait(
  { wait, attempts }: Budget,
  count: number,
  windowEndsAt: Date,
  now: Date,
): Pick<BucketState, "windowEndsAt" | "blockedUntil"> {
  if (wait.kind === "fixed") {
    const blockedUntil = wait.seconds === undefined ? windowEndsAt : addSeconds(now, wait.seconds);
    return { blockedUntil, windowEndsAt: blockedUntil };
  }
  const seconds = Math.min(wait.longestSeconds, wait.firstSeconds * 2 ** (count - attempts));
  return { blockedUntil: addSeconds(now, seconds), windowEndsAt: addSeconds(now, wait.forgetSeconds) };
}

/** A clock that was set back must not make a wait longer: instants move back with it. */
function anchor(state: BucketState, now: Date): BucketState {
  const ahead = (state.countedAt.getTime() - now.getTime()) / 1000;
  if (ahead <= 0) return state;
  const blockedUntil = state.blockedUntil && addSeconds(state.blockedUntil, -ahead);
  return { count: state.count, countedAt: now, blockedUntil, windowEndsAt: addSeconds(state.windowEndsAt, -ahead) };
}

const secondsBetween = (now: Date, until: Date | null) => (until === null ? 0 : Math.ceil((until.getTime() - now.getTime()) / 1000));
