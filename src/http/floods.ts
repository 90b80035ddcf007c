import type { RequestOrigin } from "../audit/index.js";
import type { Clock } from "../clock.js";
import { Refusal } from "../errors/index.js";
import { FloodGate, networkOf } from "../throttling/index.js";

/** What one network may ask of one process. */
const requests = { perSecond: 30, burst: 60 };
const mutations = { perSecond: 3, burst: 30 };

/** Refuses floods before anything is looked up or executed. Each process counts for itself. */
export class Floods {
  private readonly requests: FloodGate;
  private readonly mutations: FloodGate;

  constructor(clock: Clock) {
    this.requests = new FloodGate(requests, clock);
    this.mutations = new FloodGate(mutations, clock);
  }

  /** @throws Refusal RATE_LIMITED */
  enter({ address }: RequestOrigin): void {
    refuse(this.requests.enter(networkOf(address)));
  }

  /** @throws Refusal RATE_LIMITED */
  enterMutation({ address }: RequestOrigin): void {
    refuse(this.mutations.enter(networkOf(address)));
  }
}

function refuse(retryAfterSeconds: number): void {
  if (retryAfterSeconds > 0) throw new Refusal("RATE_LIMITED", { retryAfterSeconds });
}
