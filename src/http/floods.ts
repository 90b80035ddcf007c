import { FloodGate, networkOf } from "../domain/rate-limiting/index.js";
import type { RequestOrigin } from "../domain/request-context.js";
import type { Clock } from "../platform/clock.js";
import { Refusal } from "../platform/errors/index.js";

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
