import { LRUCache } from "lru-cache";
import type { Clock } from "../../platform/clock.js";

/** Requests a second, and how many may come at once (token bucket). */
export interface Flow {
  readonly perSecond: number;
  readonly burst: number;
}
interface Level {
  tokens: number;
  at: number;
}

/**
 * Keeps one neighbour from taking the whole process. Counts in this process alone: it guards capacity, not secrets, and asks no
 * database. Bounded: whoever has been quiet longest is forgotten first.
 */
export class FloodGate {
  private readonly levels = new LRUCache<string, Level>({ max: 50_000 });

  constructor(
    private readonly flow: Flow,
    private readonly clock: Clock,
  ) {}

  /** Seconds to wait before `enter` would let in; 0: it would now. */
  look(key: string): number {
    return this.wait(this.tokensOf(key, this.clock.now().getTime()));
  }

  /** Seconds to wait; 0: let in. */
  enter(key: string): number {
    const now = this.clock.now().getTime();
    const tokens = this.tokensOf(key, now);
    const wait = this.wait(tokens);
    this.levels.set(key, { tokens: wait === 0 ? tokens - 1 : tokens, at: now });
    return wait;
  }

  private wait(tokens: number): number {
    return tokens >= 1 ? 0 : Math.max(1, Math.ceil((1 - tokens) / this.flow.perSecond));
  }

  private tokensOf(key: string, now: number): number {
    const { perSecond, burst } = this.flow;
    const before = this.levels.get(key) ?? { tokens: burst, at: now };
    return Math.min(burst, before.tokens + (Math.max(0, now - before.at) / 1000) * perSecond);
  }
}
